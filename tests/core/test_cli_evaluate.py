"""`facebridge evaluate`: what it refuses before any work, and the table that it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli import main
from core.cli.evaluate import likeness as command
from core.evaluate.likeness import Likeness
from core.evaluate.people import PeopleFigures, Verified
from core.evaluate.retrieval import Retrieval


def test_a_missing_folder_is_refused_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "likeness", "--photos", str(tmp_path / "absent")]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_missing_sface_weights_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "likeness", "--photos", str(tmp_path), "--sface", str(tmp_path / "absent.onnx")]) == 1
    assert "absent.onnx cannot be read" in capsys.readouterr().err


def test_the_table_states_every_figure() -> None:
    likeness = Likeness(0.712, 0.65, 0.77, 0.97, 0.61, 0.07, 0.83, 870, 12345, 50, 2)
    found = PeopleFigures(likeness, Retrieval(0.16, 0.41, 50), Verified(0.812, 0.701, 0.982), 5.63, 31.46)
    table = command._table(found, 10)
    for text in (
        "71.2%", "65.0% to 77.0%", "97.0%", "16.0%", "41.0%", "2.0% and 10.0%", "0.812", "0.701, 0.982", "0.610",
        "0.070", "0.830", "5.6", "31.5 dB", "870 / 50 / 12345",
    ):  # fmt: skip
        assert text in table
    assert table.splitlines()[-2].endswith("2") and table.splitlines()[-1].endswith("10")
    few = PeopleFigures(likeness, Retrieval(0.5, 1.0, 3), None, 5.63, 31.46)
    assert "needs 20 people" in command._table(few, 0) and "33.3% and 100.0%" in command._table(few, 0)
