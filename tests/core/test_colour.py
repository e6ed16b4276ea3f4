"""Cheek colour on painted cheeks, and colour differences whose value is published."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.colour import cheek_colour, colour_difference, person_colours, to_lab


def landmarks() -> NDArray[np.float32]:
    points = np.zeros((478, 3), np.float32)
    points[[33, 263, 50, 280], :2] = [[80, 100], [176, 100], [85, 150], [170, 150]]
    return points


@pytest.mark.parametrize(("grey", "lightness"), [(0, 0.0), (119, 50.0), (255, 100.0)])
def test_grey_cheeks_have_cie_lightness_and_no_hue(grey: int, lightness: float) -> None:
    image = np.full((256, 256, 3), grey, np.uint8)
    assert cheek_colour(image, landmarks()) == pytest.approx([lightness, 0.0, 0.0], abs=0.5)


def test_only_the_cheeks_count() -> None:
    image = np.zeros((256, 256, 3), np.uint8)
    image[135:166, 70:101] = 200
    image[135:166, 155:186] = 200
    only_cheeks = cheek_colour(image, landmarks())
    image[:130] = 255
    assert np.array_equal(cheek_colour(image, landmarks()), only_cheeks)
    assert only_cheeks[0] == pytest.approx(80.6, abs=0.5)
    assert np.isnan(cheek_colour(image, landmarks() + 1000)).all()


def test_primaries_have_their_known_places() -> None:
    assert to_lab(np.array([1.0, 0.0, 0.0])) == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
    assert to_lab(np.array([0.0, 0.0, 1.0])) == pytest.approx([32.30, 79.19, -107.86], abs=0.1)


def test_differences_are_those_of_the_published_test_data() -> None:
    # Pairs 1, 7 and 17 of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005, table 1.
    first = np.array([[50.0, 2.6772, -79.7751], [50.0, 0.0, 0.0], [50.0, 2.5, 0.0]])
    second = np.array([[50.0, 0.0, -82.7485], [50.0, -1.0, 2.0], [73.0, 25.0, -18.0]])
    assert colour_difference(first, second) == pytest.approx([2.0425, 2.3669, 27.1492], abs=1e-4)


def test_a_person_has_the_median_colour_of_all_photos() -> None:
    cheeks = np.array([[50.0, 10, 10], [60, 12, 12], [90, 11, 11], [20, 0, 0], [np.nan] * 3])
    found = person_colours(cheeks, np.array([0, 0, 0, 1, 1]))
    assert found.tolist() == [[60, 11, 11]] * 3 + [[20, 0, 0]] * 2
