"""`facebridge params`: differences largest first, as text and JSON, and what stands out in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from engine_bridge.engines import engine_schema
from engine_bridge.parameter_file import parameters_document

SCHEMA = engine_schema("embedded")


def saved(path: Path, choices: tuple[int, int] = (2, 0), more: dict[str, Any] | None = None, **values: float) -> Path:
    document = parameters_document(SCHEMA, SCHEMA.defaults, choices)
    document["parameters"] |= {name.replace("_", "."): value for name, value in values.items()}
    path.write_text(json.dumps({**document, **(more or {})}))
    return path


def test_a_diff_lists_what_changed_largest_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = saved(tmp_path / "a.json", nose_width=0.5)
    new = saved(tmp_path / "b.json", (4, 0), nose_width=-0.5, lips_gloss=2)
    assert main(["params", "diff", str(old), str(new)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["hair.style", "short", "->", "long"]
    assert lines[1].split()[:6] == ["lips.gloss", "lips", "+0.000", "->", "+2.000", "+40.0%"]
    assert lines[2].startswith("nose.width") and lines[3] == "2 of 267 parameters differ, 1 of 2 choices"
    assert main(["params", "diff", str(old), str(new), "--json", "--top", "1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in document["parameters"]] == ["lips.gloss"]
    assert document["choices"] == [{"name": "hair.style", "label": "Hair style", "old": "short", "new": "long"}]


def test_equal_files_are_said_to_be_equal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = saved(tmp_path / "a.json")
    assert main(["params", "diff", str(a), str(a)]) == 0
    assert "the same character" in capsys.readouterr().out


def test_show_says_what_stands_out_and_what_is_locked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = {"name": "Ada", "photo": "ada.jpg", "locks": ["lips"]}
    ada = saved(tmp_path / "a.json", more=more, nose_width=-2, lips_gloss=1)
    assert main(["params", "show", str(ada), "--top", "1"]) == 0
    out = capsys.readouterr().out
    assert "name: Ada\n" in out and "photo: ada.jpg\n" in out and "locked: lips\n" in out
    assert "nose.width  -2.000  " in out and "lips.gloss" not in out


def test_a_wrong_count_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "show", str(saved(tmp_path / "a.json")), "--top", "0"]) == 1
    assert "--top is 0" in capsys.readouterr().err
