"""Pictures set beside and over each other, and differences whose colours mean what the scale says."""

from __future__ import annotations

import numpy as np
import pytest

from core.compare import blend, difference, side_by_side
from core.importing.sheet import CAPTION_PX, GAP_PX
from engine_bridge.errors import InputError


def plain(value: int, height: int = 64, width: int = 64) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_pictures_stand_beside_each_other_at_one_height() -> None:
    sheet = side_by_side([("photo", plain(200, 32, 48)), ("character", plain(90))])
    assert sheet.shape == (64 + CAPTION_PX, 96 + GAP_PX + 64, 3)
    assert (sheet[CAPTION_PX:, :96] == 200).all() and (sheet[CAPTION_PX:, 96 + GAP_PX :] == 90).all()
    assert side_by_side([("photo", plain(200))], height_px=32).shape == (32 + CAPTION_PX, 32, 3)


def test_a_blend_goes_from_the_first_to_the_second() -> None:
    first, second = plain(40), plain(200, 128, 128)
    assert (blend(first, second, 0.0) == 40).all() and (blend(first, second, 1.0) == 200).all()
    assert (blend(first, second, 0.25) == 80).all()


@pytest.mark.parametrize("t", [-0.1, 1.1, float("nan")])
def test_a_blend_outside_its_range_is_refused(t: float) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        blend(plain(0), plain(1), t)


def test_pictures_of_different_proportions_are_not_laid_over_each_other() -> None:
    with pytest.raises(InputError, match=r"64 x 64 and 48 x 32 px"):
        blend(plain(0), plain(1, 32, 48), 0.5)


def test_equal_pictures_have_a_grey_difference_of_nought() -> None:
    found = difference(plain(120), plain(120))
    picture = found.picture[:64].astype(int)
    assert found.mean == found.largest == 0
    assert np.ptp(picture, axis=-1).max() <= 1


def test_a_difference_shows_where_and_how_much() -> None:
    second = plain(120)
    second[:, 32:] = 200  # L* of 120 is 50.4, of 200 80.6 (CIE 15:2004)
    found = difference(plain(120), second)
    assert found.largest == pytest.approx(30.1, abs=0.3) and found.mean == pytest.approx(15.1, abs=0.8)
    assert np.ptp(found.picture[30, 8].astype(int)) <= 1 and np.ptp(found.picture[30, 56].astype(int)) > 60
    same_amount = difference(plain(200), plain(120)).picture[30, 30]
    assert np.abs(np.ptp(same_amount.astype(int)) - np.ptp(found.picture[30, 56].astype(int))) < 40


def test_a_signed_difference_is_orange_where_lighter_and_blue_where_darker() -> None:
    second = plain(120)
    second[:, 32:], second[:, :16] = 200, 40
    row = difference(plain(120), second, "signed").picture[30].astype(int)
    assert row[56, 0] > row[56, 2] + 60 and row[4, 2] > row[4, 0] + 60 and np.ptp(row[24]) <= 12


def test_outside_of_a_mask_nothing_counts() -> None:
    second = plain(120)
    second[:, 32:] = 250
    within = np.zeros((32, 32), bool)
    within[:, :12] = True
    found = difference(plain(120), second, within=within)
    assert found.largest == 0 and np.ptp(found.picture[30, 56].astype(int)) <= 1
    assert found.picture[30, 56, 0] < found.picture[30, 4, 0]


def test_the_scale_below_runs_through_the_colours() -> None:
    found = difference(plain(120, 300, 300), plain(120, 300, 300), "signed")
    bar = found.picture[300 + 13].astype(int)
    assert found.picture.shape == (326, 300, 3)
    blue, orange = (bar[:, 2] - bar[:, 0] > 100).nonzero()[0], (bar[:, 0] - bar[:, 2] > 100).nonzero()[0]
    assert len(blue) > 20 and len(orange) > 20 and blue.max() < orange.min()
    assert difference(plain(0, 16, 16), plain(9, 16, 16)).picture.shape == (42, 16, 3)
