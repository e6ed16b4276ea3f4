"""`facebridge render`: a picture from a parameter file, or one sentence and nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from engine_bridge.engines import engine_schema, open_engine
from engine_bridge.parameter_file import parameters_document


@pytest.fixture
def document() -> dict[str, Any]:
    schema = engine_schema("pattern")
    vector = np.linspace(-2.0, 2.0, schema.count, dtype=np.float32)
    return parameters_document(schema, vector, np.ones(1, np.uint8))


def render(document: object, folder: Path, *extra: str) -> tuple[int, Path]:
    params, out = folder / "p.json", folder / "picture.png"
    params.write_text(document if isinstance(document, str) else json.dumps(document))
    return main(["render", "--engine", "pattern", "--params", str(params), "--out", str(out), *extra]), out


def test_the_picture_is_what_the_engine_draws_for_these_parameters(document: dict[str, Any], tmp_path: Path) -> None:
    code, out = render(document, tmp_path, "--size", "96")
    assert code == 0
    with Image.open(out) as picture:
        found = np.asarray(picture)
    schema, engine = engine_schema("pattern"), open_engine("pattern")
    vector = schema.vector(document["parameters"])[None]
    expected = engine.render(vector, schema.choice_vector(document["choices"])[None], 96)[0]
    assert np.array_equal(found, expected)


def broken(document: dict[str, Any], fault: str) -> object:
    parameters = document["parameters"]
    if fault == "missing":
        del parameters["wave.03"]
    elif fault == "unknown":
        parameters["wave.99"] = 0.0
    elif fault == "not a number":
        parameters["wave.03"] = float("nan")
    elif fault == "out of range":
        parameters["wave.03"] = 7.0
    elif fault == "torn":
        return json.dumps(document)[:-20]
    return document


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("missing", "wave.03"),
        ("unknown", "wave.99"),
        ("not a number", "wave.03"),
        ("out of range", "wave.03"),
        ("torn", "p.json"),
    ],
)
def test_a_wrong_parameter_file_is_one_sentence_and_no_picture(
    fault: str, named: str, document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = render(broken(document, fault), tmp_path)
    text = capsys.readouterr().err
    assert code == 1
    assert text.startswith("facebridge: error: ") and text.count("\n") == 1
    assert named in text
    assert not out.exists()


@pytest.mark.parametrize("size", ["0", "-5", "100000"])
def test_an_impossible_size_is_refused_before_anything_starts(
    size: str, document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = render(document, tmp_path, "--size", size)
    assert code == 1
    assert size in capsys.readouterr().err
    assert not out.exists()


def test_a_missing_parameter_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--params", str(tmp_path / "no.json"), "--out", str(tmp_path / "x.png")]) == 1
    assert "no.json" in capsys.readouterr().err


def test_a_picture_that_is_not_a_png_is_refused(
    document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = render(document, tmp_path, "--out", str(tmp_path / "x.gif"))
    assert code == 1
    assert "x.gif" in capsys.readouterr().err
