"""`facebridge tweak`: edits reach the file and the picture, the input stays, and wrong edits are one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from engine_bridge.engines import engine_schema
from engine_bridge.parameter_file import parameters_document

EMBEDDED, PATTERN = engine_schema("embedded"), engine_schema("pattern")


def saved(path: Path, engine: str = "embedded", **more: Any) -> Path:
    schema = engine_schema(engine)
    path.write_text(json.dumps({**parameters_document(schema, schema.defaults, schema.default_choices), **more}))
    return path


def tweak(*arguments: object) -> int:
    return main(["tweak", *map(str, arguments)])


def values(path: Path) -> dict[str, float]:
    return json.loads(path.read_text())["parameters"]


def test_edits_are_written_beside_the_input_under_the_next_free_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = saved(tmp_path / "ada.json", photo="ada.jpg")
    before = ada.read_bytes()
    assert tweak(ada, "--set", "nose.width=0.4", "--set", "hair.style=long", "--set", "nose.width+=0.1") == 0
    assert tweak(ada, "--set", "nose.width=-1") == 0
    assert ada.read_bytes() == before
    first = json.loads((tmp_path / "ada-2.json").read_text())
    assert (first["parameters"]["nose.width"], first["choices"]["hair.style"], first["photo"]) == (
        0.5,
        "long",
        "ada.jpg",
    )
    assert values(tmp_path / "ada-3.json")["nose.width"] == -1
    assert "nose.width  +0.000 -> +0.500" in capsys.readouterr().out


def test_resets_and_sets_apply_in_the_order_given(tmp_path: Path) -> None:
    ada, out = saved(tmp_path / "ada.json"), tmp_path / "new" / "out.json"
    assert tweak(ada, "--set", "nose=1", "--reset", "nose", "--set", "nose.hump=0.5", "--out", out) == 0
    assert {name: value for name, value in values(out).items() if value} == {"nose.hump": 0.5}


def test_mirror_and_clamp_and_in_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ada = saved(tmp_path / "ada.json")
    assert tweak(ada, "--set", "ear.left.size=9", "--mirror", "--clamp", "--in-place") == 0
    assert values(ada)["ear.left.size"] == values(ada)["ear.right.size"] == 2.5
    assert "stopped at the end of the range: ear.left.size" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.json"]


def test_locks_of_the_file_hold_and_are_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ada, out = saved(tmp_path / "ada.json", locks=["nose"]), tmp_path / "out.json"
    assert tweak(ada, "--set", "nose.width=1", "--out", out) == 1
    assert "'nose.width' is locked" in capsys.readouterr().err and not out.exists()
    assert (
        tweak(ada, "--set", "*.width=1", "--lock", "lips", "--unlock", "nose.width", "--name", "Ada", "--out", out) == 0
    )
    written = json.loads(out.read_text())
    assert written["name"] == "Ada" and "lips" in written["locks"] and "nose.width" not in written["locks"]
    assert written["parameters"]["nose.width"] == written["parameters"]["mouth.width"] == 1


def test_the_result_is_drawn_when_asked(tmp_path: Path) -> None:
    wave = saved(tmp_path / "wave.json", "pattern")
    assert tweak(wave, "--engine", "pattern", "--set", "wave.00=2", "--render", "--size", 64) == 0
    assert tweak(wave, "--engine", "pattern", "--reset", "*", "--render", tmp_path / "plain.png", "--size", 64) == 0
    drawn, plain = (np.asarray(Image.open(tmp_path / name)) for name in ("wave-2.png", "plain.png"))
    assert drawn.shape == plain.shape == (64, 64, 3) and (drawn != plain).any()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "nose.widht=1"], "did you mean 'nose.width'?"),
        (["--set", "nose.width=3"], "expected a number from -2.5 to 2.5"),
        (["--reset", "noze"], "did you mean 'nose'?"),
        ([], "nothing to do"),
        (["--set", "nose.width=1", "--render", "face.jpg"], "ending in .png"),
    ],
)
def test_a_wrong_edit_is_one_sentence_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    ada = saved(tmp_path / "ada.json")
    assert tweak(ada, *arguments) == 1
    errors = capsys.readouterr().err
    assert said in errors and errors.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ada.json"]


def test_the_input_is_not_taken_for_the_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ada = saved(tmp_path / "ada.json")
    assert tweak(ada, "--set", "nose.width=1", "--out", tmp_path / "." / "ada.json") == 1
    assert "--in-place" in capsys.readouterr().err and values(ada)["nose.width"] == 0


def test_text_that_is_no_edit_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        tweak(saved(tmp_path / "ada.json"), "--set", "nose.width")
    assert ended.value.code == 2 and "not of the form NAME=VALUE" in capsys.readouterr().err
