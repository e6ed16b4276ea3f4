"""What a parameter does to a picture, measured on drawings whose answer is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from data_capture.influence import Change, halves, jacobian
from engine_bridge.schema import CharacterSchema, Parameter

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
PX = 64


def schema_of(*names: str, default: float = 0.0) -> CharacterSchema:
    parameters = (Parameter(name, "g", name, "A parameter.", -2.5, 2.5, default, None, "shape") for name in names)
    return CharacterSchema("drawing", "1", tuple(parameters))


def flat(level: int) -> Bytes:
    return np.full((PX, PX, 3), level, np.uint8)


def patterns(count: int, amplitude: float) -> npt.NDArray[np.float64]:
    """(count, PX, PX, 3) random patterns; in so many dimensions they are nearly orthogonal."""
    return np.random.default_rng(3).uniform(-amplitude, amplitude, (count, PX, PX, 3))


class Drawing:
    """Pictures that are linear in their parameters up to rounding, and a record of how they were asked for.

    The ground is no whole number: from one, a step down and a step up would be rounded by mirrored errors.
    """

    def __init__(self, rows: npt.NDArray[np.float64]) -> None:
        self.rows = rows
        self.asked: list[Floats] = []

    def __call__(self, parameters: Floats) -> Bytes:
        self.asked += list(parameters)
        ground = 127.0 + np.random.default_rng(4).uniform(size=self.rows.shape[1:])
        images = ground + np.einsum("np,phwc->nhwc", parameters.astype(np.float64), self.rows)
        return np.round(np.clip(images, 0.0, 255.0)).astype(np.uint8)


def test_a_patch_that_changes_evenly_has_its_own_size_as_area_and_its_change_as_contrast() -> None:
    after = flat(100)
    after[3:7, 10:15] = 110
    change = Change.between(flat(100), after)
    assert (change.contrast, change.area_px, change.total) == pytest.approx((10.0, 20.0, 200.0))


def test_a_faint_surrounding_does_not_hide_a_strong_change() -> None:
    after = flat(102)
    after[:10, :10] = 140
    assert Change.between(flat(100), after).contrast > 10.0 > 2.0 * (100 * 40 + (PX * PX - 100) * 2) / (PX * PX)


def test_one_level_of_difference_is_rounding_and_not_a_change() -> None:
    assert Change.between(flat(100), flat(101)) == Change(0.0, 0.0, 0.0)


def test_a_slider_that_acts_on_one_side_of_its_default_has_one_half_without_change() -> None:
    def draw(parameters: Floats) -> Bytes:
        return np.stack([flat(100 + int(20 * max(0.0, float(value)))) for (value,) in parameters])

    found = halves(draw, schema_of("one"), np.zeros(1, np.float32), 0)
    assert found.lower == Change(0.0, 0.0, 0.0)
    assert found.upper == found.whole and found.whole.contrast == pytest.approx(50.0)


def test_a_default_at_the_end_of_the_range_leaves_no_lower_half() -> None:
    draw = Drawing(patterns(1, 9.0))
    found = halves(draw, schema_of("edge", default=-2.5), np.zeros(1, np.float32), 0)
    assert found.lower is None and found.upper == found.whole


def test_the_other_parameters_keep_their_values_and_a_given_default_picture_is_not_drawn_again() -> None:
    draw, face = Drawing(patterns(2, 9.0)), np.array([1.0, 2.0], np.float32)
    schema = schema_of("a", "b")
    default = draw(np.array([[1.0, 0.0]], np.float32))[0]
    drawn = halves(draw, schema, face, 1)
    draw.asked.clear()
    assert halves(draw, schema, face, 1, default) == drawn
    assert [row.tolist() for row in draw.asked] == [[1.0, -2.5], [1.0, 2.5]]


def test_two_parameters_that_do_the_same_or_the_reverse_are_each_others_nearest() -> None:
    rows = patterns(4, 60.0)
    rows[2] = -0.5 * rows[0]
    found = jacobian(Drawing(rows), schema_of("a", "b", "reversed", "d"), np.zeros(4, np.float32))
    other, cosine = found.nearest(0)
    assert other == 2 and cosine > 0.99 and found.cosine[0, 2] < -0.99
    assert found.nearest(1)[1] < 0.2
    assert found.rank(0.01) == 3


def test_rounding_neither_hides_a_weak_duplicate_nor_counts_as_a_direction_of_its_own() -> None:
    rows = np.repeat(patterns(1, 1.5), 3, 0)
    found = jacobian(Drawing(rows), schema_of("a", "b", "c"), np.zeros(3, np.float32))
    # The three rows draw the same; rounding makes up part of each, and is drawn apart by values that differ.
    apart = jacobian(Drawing(rows), schema_of("a", "b", "c"), np.array([0.1, 0.77, -1.3], np.float32))
    assert apart.noise.min() > 0.05
    for measured in (found, apart):
        assert measured.nearest(0)[1] > 0.98


def test_the_window_of_a_row_stays_inside_the_range_and_keeps_its_width() -> None:
    draw = Drawing(patterns(1, 9.0))
    jacobian(draw, schema_of("a"), np.array([2.5], np.float32))
    jacobian(draw, schema_of("a"), np.array([0.0], np.float32))
    assert np.concatenate(draw.asked) == pytest.approx([1.5, 2.5, -0.5, 0.5])


def test_a_parameter_without_effect_is_not_measured_and_near_to_nothing() -> None:
    rows = patterns(3, 9.0)
    rows[1] = 0.0
    found = jacobian(Drawing(rows), schema_of("a", "still", "c"), np.zeros(3, np.float32))
    assert found.measured.tolist() == [True, False, True]
    assert found.nearest(1)[1] == 0.0 and found.rank(0.01) == 2


def test_a_face_on_which_nothing_moves_has_no_directions_and_no_head() -> None:
    found = jacobian(Drawing(np.zeros((2, PX, PX, 3))), schema_of("a", "b"), np.zeros(2, np.float32))
    assert found.rank(0.01) == 0 and not found.head.any()


def test_the_head_is_what_at_least_one_parameter_changes() -> None:
    rows = np.zeros((2, PX, PX, 3))
    rows[0, :8], rows[1, 8:10] = 20.0, 20.0
    found = jacobian(Drawing(rows), schema_of("a", "b"), np.zeros(2, np.float32))
    assert found.head[:10].all() and not found.head[10:].any()


def test_rows_of_large_pictures_are_compared_in_blocks() -> None:
    rows = patterns(2, 9.0).repeat(8, 1).repeat(8, 2)
    fine = np.indices((8 * PX, 8 * PX)).sum(0) % 2 * 2.0 - 1.0
    rows[1] = rows[0] + 9.0 * fine[..., None]
    found = jacobian(Drawing(rows), schema_of("a", "with fine grain"), np.zeros(2, np.float32))
    # A checkerboard of single pixels vanishes in blocks of 4 x 4.
    assert found.nearest(0)[1] > 0.98
