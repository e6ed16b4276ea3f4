"""Spoiled photos: the rectangles lie where the paper puts them and hide what they should, and faces stay findable."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.align.face import find_landmarks
from core.evaluate import spoil
from core.evaluate.geometry_error import FACE_OVAL
from core.evaluate.spoil import CONDITIONS, masked


@pytest.fixture(scope="module")
def photo(astronaut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The astronaut's face, about 160 px wide, on 256 px."""
    crop = Image.fromarray(astronaut).crop((140, 30, 300, 190))
    return np.array(crop.resize((256, 256), Image.Resampling.BICUBIC))


@pytest.fixture(scope="module")
def points(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    (found,) = find_landmarks([photo])
    assert isinstance(found, np.ndarray)
    return found


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[slice, slice]:
    """The box of the pixels that differ."""
    rows, columns = np.nonzero((before != after).any(-1))
    return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)


@pytest.mark.parametrize(("part", "landmark"), [("upper", 168), ("middle", 4), ("lower", 13)])
def test_a_mask_is_sixty_by_forty_black_pixels_over_its_part(
    photo: NDArray[np.uint8], points: NDArray[np.float32], part: str, landmark: int
) -> None:
    covered = masked(part)(photo + (photo == 0), points)
    black = (covered == 0).all(-1)
    assert black.sum() == 60 * 40
    rows, columns = np.nonzero(black)
    assert np.ptp(rows) == 39 and np.ptp(columns) == 59
    x, y = points[landmark, :2]
    assert columns.min() < x < columns.max() and rows.min() < y < rows.max()


def test_a_fifth_of_the_face_is_a_fifth_and_of_the_same_proportions(
    photo: NDArray[np.uint8], points: NDArray[np.float32]
) -> None:
    outline = Image.new("1", (256, 256))
    corners = [(float(x), float(y)) for x, y in points[list(FACE_OVAL), :2]]
    ImageDraw.Draw(outline).polygon(corners, fill=1)
    covered = masked("middle", 0.2)(photo + (photo == 0), points)
    black = (covered == 0).all(-1)
    assert black.sum() == pytest.approx(0.2 * np.asarray(outline).sum(), rel=0.05)
    rows, columns = np.nonzero(black)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1.5, abs=0.05)


def test_a_mask_at_the_border_hides_only_what_is_there(photo: NDArray[np.uint8], points: NDArray[np.float32]) -> None:
    covered = masked("lower")(photo + (photo == 0), points - np.array([points[13, 0] - 10, 0, 0], np.float32))
    assert (covered == 0).all(-1).sum() == 40 * 40


def test_few_pixels_leave_a_face_of_64(photo: NDArray[np.uint8], points: NDArray[np.float32]) -> None:
    few = spoil.small(photo, points)
    (found,) = find_landmarks([few])
    assert isinstance(found, np.ndarray)
    assert float(np.ptp(found[:, :2], axis=0).max()) == pytest.approx(64, abs=4)


def test_blur_and_compression_change_every_part_and_keep_the_size(
    photo: NDArray[np.uint8], points: NDArray[np.float32]
) -> None:
    def edges(picture: NDArray[np.uint8]) -> float:
        return float(np.abs(np.diff(picture.astype(float), axis=0)).mean())

    soft, coded = spoil.blurred(photo, points), spoil.compressed(photo, points)
    assert soft.shape == coded.shape == photo.shape
    assert edges(soft) < 0.7 * edges(photo)
    data = io.BytesIO()
    Image.fromarray(photo).save(data, "JPEG", quality=95)
    assert 2 < np.abs(coded.astype(int) - photo).mean() < 10


def test_glasses_lie_around_the_eyes_and_leave_them_seen(photo: NDArray[np.uint8], points: NDArray[np.float32]) -> None:
    worn = spoil.glasses(photo, points)
    rows, _ = changed(photo // 32, worn // 32)
    eyes, mouth = points[[33, 133, 362, 263], 1].mean(), points[13, 1]
    dark = (np.abs(worn.astype(int) - np.array([28, 24, 24])) < 12).all(-1)
    ys, xs = np.nonzero(dark & (np.abs(worn.astype(int) - photo).sum(-1) > 60))
    assert len(ys) > 300 and abs(float(np.median(ys)) - eyes) < 20 and float(np.percentile(ys, 99)) < mouth
    assert xs.min() < points[33, 0] and xs.max() > points[263, 0] and rows.start < eyes
    for iris in (468, 473):
        x, y = points[iris, :2].astype(int)
        assert np.abs(worn[y - 2 : y + 3, x - 2 : x + 3].astype(int) - photo[y - 2 : y + 3, x - 2 : x + 3]).mean() < 12


def test_the_clean_photo_comes_first_and_nothing_changes_what_it_was_given(
    photo: NDArray[np.uint8], points: NDArray[np.float32]
) -> None:
    before = photo.copy()
    pictures = {title: way(photo, points) for title, way in CONDITIONS.items()}
    assert np.array_equal(photo, before)
    assert next(iter(CONDITIONS)) == "clean" and np.array_equal(pictures.pop("clean"), photo)
    for title, picture in pictures.items():
        assert picture.dtype == np.uint8 and (picture.shape != photo.shape or (picture != photo).any()), title
