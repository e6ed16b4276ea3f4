"""Outlines of heads: masks from truth and from backgrounds, contours where they belong, and heads that are turned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core.compare import (
    mask_of_background,
    mask_of_head,
    mask_of_polygon,
    outlined,
    segmented,
    silhouette,
    turned,
)
from core.compare.silhouette import OWN_RGB, REFERENCE_RGB
from engine_bridge.errors import InputError, Refused
from engine_bridge.parameter_edits import Character, apply_edits, parse_edit
from engine_bridge.session import EngineSession
from engine_bridge.truth import SEGMENTS


def disc(radius: float, side: int = 96) -> np.ndarray:
    rows, columns = np.mgrid[:side, :side] + 0.5 - side / 2
    return np.hypot(rows, columns) <= radius


GREY = np.full((96, 96, 3), 100, np.uint8)


@pytest.fixture(scope="module")
def session() -> Iterator[EngineSession]:
    with EngineSession.start("embedded", image_px=128) as started:
        yield started


def test_a_contour_lies_on_the_edge_of_its_mask() -> None:
    lined = outlined(GREY, disc(30), width_px=2)
    changed = (np.abs(lined.astype(int) - REFERENCE_RGB).sum(-1) < 60) & ~(lined == GREY).all(-1)
    rows, columns = changed.nonzero()
    radii = np.hypot(rows + 0.5 - 48, columns + 0.5 - 48)
    assert len(radii) > 100 and radii.min() > 28 and radii.max() < 32
    assert (lined[48, 48] == 100).all() and (lined[2, 2] == 100).all()


def test_a_mask_of_another_size_is_scaled_and_an_empty_one_draws_nothing() -> None:
    small = outlined(GREY, disc(15, 48), width_px=2)
    assert (np.abs(small.astype(int) - outlined(GREY, disc(30), width_px=2)).mean()) < 3  # no line at all differs by 5
    for mask in (np.zeros((96, 96), bool), np.ones((96, 96), bool)):
        assert (outlined(GREY, mask) == GREY).all()


def test_a_silhouette_tells_more_head_from_less() -> None:
    found = silhouette(GREY, disc(30), disc(20))
    assert found.overlap == pytest.approx(400 / 900, abs=0.03)
    ring, middle = found.picture[48, 48 + 25].astype(int), found.picture[48, 48]
    assert ring[0] > ring[2] + 40 and (middle == 100).all()
    more = silhouette(GREY, disc(20), disc(30)).picture[48, 48 + 26].astype(int)
    assert more[2] > more[0] + 40 and OWN_RGB[2] > OWN_RGB[0]
    assert silhouette(GREY, disc(30), disc(30)).overlap == 1 and np.isnan(silhouette(GREY, disc(30)).overlap)


def test_a_flat_background_gives_the_head_without_specks_and_holes() -> None:
    picture = np.zeros((96, 96, 3), np.uint8)
    picture[:] = (40, 80, 120)
    picture[disc(30)] = 200
    picture[40:44, 40:44] = (40, 80, 120)  # a hole, such as a pupil of the background's colour
    picture[2:4, 2:4] = 255  # a speck
    mask = mask_of_background(picture, (40 / 255, 80 / 255, 120 / 255))
    assert (mask == disc(30)).all()


def test_a_polygon_has_an_inside_and_nonsense_is_refused() -> None:
    mask = mask_of_polygon([(10, 10), (50, 10), (50, 40), (10, 40)], (60, 80))
    assert mask.shape == (60, 80) and mask[20, 30] and not mask[50, 30] and not mask[20, 70]
    for wrong in ([(0, 0), (1, 1)], [(0, 0), (1, float("nan")), (2, 2)], [1, 2, 3]):
        with pytest.raises(InputError, match="at least three"):
            mask_of_polygon(wrong, (60, 80))


def test_a_head_is_neither_background_nor_neck() -> None:
    classes = np.array([[SEGMENTS.index(name) for name in ("background", "neck", "skin", "hair", "ears")]])
    assert mask_of_head(classes).tolist() == [[False, False, True, True, True]]


def test_a_stronger_chin_shows_in_profile_on_the_side_where_it_points(session: EngineSession) -> None:
    neutral = Character.neutral(session.schema)
    stronger = apply_edits(
        session.schema, neutral, map(parse_edit, ("chin.prominence=2.5", "mouth.forward=2.5"))
    ).character
    before = turned(session, neutral.parameters, neutral.choices, image_px=128)
    after = turned(session, stronger.parameters, stronger.choices, image_px=128)
    assert before.images.shape == (2, 128, 128, 3) and before.yaw_deg == (-45.0, 45.0)
    more = (after.masks & ~before.masks).sum((1, 2))
    assert (more > 15).all()
    # Seen from its right (yaw -45), the character looks to the right of the picture.
    centres = [np.nonzero(after.masks[k] & ~before.masks[k])[1].mean() for k in (0, 1)]
    assert centres[0] > 64 > centres[1]
    found = silhouette(after.images[0], before.masks[0], after.masks[0])
    assert 0.9 < found.overlap < 1


def test_the_segmentation_of_the_canonical_view_goes_with_its_picture(session: EngineSession) -> None:
    neutral = Character.neutral(session.schema)
    image, classes = segmented(session, neutral.parameters, neutral.choices, 128)
    assert (image == session.render(neutral.parameters, neutral.choices[None], 128)).all()
    assert classes[80, 64] == SEGMENTS.index("nose") and not mask_of_head(classes)[2, 2]


def test_an_engine_without_a_camera_says_so() -> None:
    with EngineSession.start("pattern", image_px=32) as pattern:
        neutral = Character.neutral(pattern.schema)
        with pytest.raises(Refused, match="does not support camera"):
            turned(pattern, neutral.parameters, neutral.choices, image_px=32)
