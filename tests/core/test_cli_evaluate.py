"""`facebridge evaluate`: what it refuses before any work, and the table that it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import main
from core.cli.evaluate import inputs
from core.cli.evaluate import likeness as command
from core.evaluate.geometry_error import GeometryError
from core.evaluate.likeness import Likeness
from core.evaluate.people import Consistency, PeopleFigures, Verified
from core.evaluate.retrieval import Retrieval

INSTRUMENTS = {
    "likeness": [],
    "verification": ["--layout", "lfw"],
    "means": ["--out", "means.npz"],
    "robustness": [],
    "parameters": ["--data", "captures"],
}


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_a_missing_folder_is_refused_first(instrument: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = INSTRUMENTS[instrument]
    assert main.main(["evaluate", instrument, "--photos", str(tmp_path / "absent"), *options]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_missing_sface_weights_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "likeness", "--photos", str(tmp_path), "--sface", str(tmp_path / "absent.onnx")]) == 1
    assert "absent.onnx cannot be read" in capsys.readouterr().err


def test_files_that_do_not_fit_are_said_before_any_photo_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deca.npz").write_bytes(b"no archive")
    photos = ["--photos", str(tmp_path)]
    assert main.main(["evaluate", "verification", *photos, "--descriptors", str(tmp_path / "deca.npz")]) == 1
    assert "no readable descriptor file" in capsys.readouterr().err
    assert main.main(["evaluate", "verification", *photos, "--layout", "lfw", "--parameters-only"]) == 1
    assert "pairs.txt cannot be read" in capsys.readouterr().err
    assert main.main(["evaluate", "parameters", *photos, "--data", "none", "--report", "figures.txt"]) == 1
    assert "neither .csv nor .json" in capsys.readouterr().err


def test_a_count_below_one_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["evaluate", "robustness", "--photos", str(tmp_path), "--per-person", "0"])
    assert "0 is not at least 1" in capsys.readouterr().err


def test_reports_are_strict_json_whatever_the_figures(tmp_path: Path) -> None:
    inputs.write_report(None, {"unused": 1.0})
    inputs.write_report(tmp_path / "a.json", {"x": float("nan"), "y": {"z": [1.5, float("inf"), None]}})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": None, "y": {"z": [1.5, None, None]}}


def test_the_table_states_every_figure() -> None:
    likeness = Likeness(0.712, 0.65, 0.77, 0.97, 0.61, 0.07, 0.83, 870, 12345, 50, 2, 0.884)
    found = PeopleFigures(
        likeness,
        Retrieval(0.16, 0.41, 50),
        Verified(0.812, 0.701, 0.982),
        5.63,
        31.46,
        GeometryError(0.351, 0.242, 0.283, 0.296, 0.257, 0.853, 870),
        Consistency(0.494, 0.427, 0.448),
        "200 other people (2889 photos)",
    )
    table = command._table(found, 10)
    for text in (
        "71.2%", "65.0% to 77.0%", "97.0%", "16.0%", "41.0%", "2.0% and 10.0%", "0.812", "0.701, 0.982", "0.610",
        "0.070", "0.830", "5.6", "31.5 dB", "870 / 50 / 12345", "0.884", "0.351 cm", "0.242, 0.283", "0.296, 0.257",
        "0.853", "0.494, 0.427", "44.8%", "200 other people (2889 photos)",
    ):  # fmt: skip
        assert text in table
    assert table.splitlines()[-2].endswith("2") and table.splitlines()[-1].endswith("10")
    few = PeopleFigures(likeness, Retrieval(0.5, 1.0, 3), None, 5.63, 31.46)
    assert "needs 20 people" in command._table(few, 0) and "33.3% and 100.0%" in command._table(few, 0)
