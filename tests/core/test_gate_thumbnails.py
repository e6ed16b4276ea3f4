"""Thumbnails of the faces in a photo: the right places, also at the photo's edge; wrong boxes are refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from core.gate.thumbnails import THUMBNAIL_PX, cut_thumbnails
from engine_bridge.errors import InputError


@pytest.fixture(scope="module")
def two_colours() -> NDArray[np.uint8]:
    photo = np.zeros((900, 1200, 3), np.uint8)
    photo[:, :600] = (200, 40, 40)
    photo[:, 600:] = (40, 40, 200)
    return photo


def test_each_box_gives_its_own_picture(two_colours: NDArray[np.uint8]) -> None:
    cut = cut_thumbnails(two_colours, [[700, 200, 1000, 500], [200, 300, 240, 330]])
    assert cut.shape == (2, THUMBNAIL_PX, THUMBNAIL_PX, 3) and cut.dtype == np.uint8
    assert (cut[0] == (40, 40, 200)).all() and (cut[1] == (200, 40, 40)).all()


def test_the_middle_of_the_box_is_the_middle_of_the_picture(two_colours: NDArray[np.uint8]) -> None:
    for half in (20, 280):
        (cut,) = cut_thumbnails(two_colours, [[600 - half, 400 - half, 600 + half, 400 + half]])
        assert (cut[:, : THUMBNAIL_PX // 2 - 2] == (200, 40, 40)).all()
        assert (cut[:, THUMBNAIL_PX // 2 + 2 :] == (40, 40, 200)).all()


def test_beyond_the_photo_its_edge_is_repeated(two_colours: NDArray[np.uint8]) -> None:
    cut = cut_thumbnails(two_colours, [[-100, -100, 100, 100], [1150, 850, 1300, 1000]])
    assert (cut[0] == (200, 40, 40)).all() and (cut[1] == (40, 40, 200)).all()


def test_no_boxes_give_no_pictures(two_colours: NDArray[np.uint8]) -> None:
    assert cut_thumbnails(two_colours, np.zeros((0, 4))).shape == (0, THUMBNAIL_PX, THUMBNAIL_PX, 3)


@pytest.mark.parametrize("boxes", [[1.0, 2.0, 3.0, 4.0], [[1.0, 2.0, 3.0]], [[0.0, 0.0, np.nan, 4.0]]])
def test_wrong_boxes_are_refused(two_colours: NDArray[np.uint8], boxes: ArrayLike) -> None:
    with pytest.raises(InputError, match=r"\(faces, 4\)"):
        cut_thumbnails(two_colours, boxes)
