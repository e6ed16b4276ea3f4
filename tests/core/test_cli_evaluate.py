"""`facebridge evaluate`: what it refuses before any work, and the table that it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli import evaluate, main
from core.evaluate.likeness import Likeness


def test_a_missing_folder_is_refused_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "--photos", str(tmp_path / "absent")]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_missing_sface_weights_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "--photos", str(tmp_path), "--sface", str(tmp_path / "absent.onnx")]) == 1
    assert "absent.onnx cannot be read" in capsys.readouterr().err


def test_the_table_states_every_figure() -> None:
    figures = Likeness(0.712, 0.65, 0.77, 0.97, 0.61, 0.07, 0.83, 870, 12345, 50, 2)
    table = evaluate._table(figures, 10)
    for text in ("71.2%", "65.0% to 77.0%", "97.0%", "0.610", "0.070", "0.830", "870 / 50 / 12345"):
        assert text in table
    assert table.splitlines()[-2].endswith("2") and table.splitlines()[-1].endswith("10")
