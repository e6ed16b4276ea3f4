"""The human check counts what its detectors say, names every failure, and ends with the right code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from benchmarks import human_check
from core.align.face import shared_net

Picture = npt.NDArray[np.uint8]


def grey(level: int) -> Picture:
    return np.full((256, 256, 3), level, np.uint8)


def by_level(*wrong: tuple[int, int]) -> human_check.Count:
    """A detector that finds one face, except in pictures of these levels."""
    return lambda picture: dict(wrong).get(int(picture[0, 0, 0]), 1)


def test_a_face_counts_only_when_every_detector_finds_exactly_one() -> None:
    pictures = iter([grey(level) for level in range(8)])
    verdict = human_check.judge(pictures, {"first": by_level((2, 0)), "second": by_level((2, 3), (5, 2))})
    assert verdict.count == 8 and verdict.failures() == [2, 5]
    assert (verdict.share("first"), verdict.share("second"), verdict.share()) == (7 / 8, 6 / 8, 6 / 8)
    assert verdict.caption(2) == "2: first 0, second 3" and verdict.caption(5) == "5: second 2"
    assert sorted(verdict.pictures) == [2, 5]


def test_the_failures_are_printed_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = iter([grey(level) for level in range(200, 210)])
    verdict = human_check.judge(pictures, {"only": by_level((201, 0), (204, 0), (209, 2))})
    human_check.report(verdict, tmp_path)
    printed = capsys.readouterr().out
    assert "70.00% of 10 faces; 2 not found, 1 found as several" in printed
    assert "1: only 0; 4: only 0; 9: only 2" in printed
    with Image.open(tmp_path / "failures.png") as sheet:
        # Three faces lie in two columns and two rows; the fourth place stays dark.
        assert sheet.size == (2 * 160, 2 * 172)
        assert sheet.getpixel((80, 100)) == (201,) * 3 and sheet.getpixel((240, 300)) == (24, 24, 26)


def test_without_failures_there_is_no_sheet_of_them(tmp_path: Path) -> None:
    human_check.report(human_check.judge(iter([grey(9)]), {"only": by_level()}), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("level", "code"), [(1, 0), (0, 1)])
def test_the_command_ends_with_1_when_faces_are_missed(
    level: int, code: int, tmp_path: Path, own_environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_environment.setattr(human_check, "IMAGE_PX", 64)
    own_environment.setattr(human_check, "dlib_counter", lambda: lambda picture: level)
    own_environment.setattr(human_check, "blazeface_counter", lambda: lambda picture: 1)
    arguments = ["--engine", "pattern", "--count", "9", "--sheet", "4", "--out", str(tmp_path)]
    own_environment.setattr("sys.argv", ["human_check.py", *arguments])
    assert human_check.main() == code
    assert capsys.readouterr().out.splitlines()[-1].endswith("FAILED" if code else "reached")
    with Image.open(tmp_path / "faces.png") as sheet:
        assert sheet.size == (2 * 160, 2 * 172)
    assert (tmp_path / "failures.png").exists() == (code == 1)


def test_a_missing_dlib_is_said_in_one_sentence(
    tmp_path: Path, own_environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_environment.setitem(human_check.sys.modules, "dlib", None)
    own_environment.setattr("sys.argv", ["human_check.py", "--engine", "pattern", "--out", str(tmp_path)])
    assert human_check.main() == 1
    assert capsys.readouterr().err == (
        "human_check: dlib is not installed; run `pip install 'facebridge[evaluate]'`.\n"
    )


def test_blazeface_counts_the_faces_of_a_photo(astronaut: Picture) -> None:
    count = human_check.blazeface_counter()
    assert count(astronaut) == len(shared_net().detect(astronaut)) == 1
    assert count(grey(120)) == 0


def test_the_faces_are_the_samples_of_their_seed_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human_check, "IMAGE_PX", 64)
    engine = human_check.open_engine("pattern")
    all_ten = list(human_check.faces(engine, 10, 3, "uniform", "default"))
    again = list(human_check.faces(engine, 9, 3, "uniform", "default"))
    assert len(all_ten) == 10 and np.array_equal(np.stack(all_ten[:9]), np.stack(again))
    assert not np.array_equal(all_ten[0], all_ten[1])
