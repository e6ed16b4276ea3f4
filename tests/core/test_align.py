"""Alignment: the face lands on the template, borders are soft, and what cannot be used is said in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from core.align.face import (
    ALIGNED_PX,
    AlignedFace,
    align_photo,
    align_photos,
    check_template,
    crop_photo,
    find_landmarks,
    template_from_render,
    template_points,
)
from core.photo import decode_photo
from engine_bridge.errors import InputError

TEMPLATE = np.array([[93, 115], [163, 115], [128, 155], [103, 185], [153, 185]], np.float32)


@pytest.fixture(scope="module")
def aligned(astronaut: NDArray[np.uint8]) -> AlignedFace:
    return align_photo(astronaut, TEMPLATE)


def scaled(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS))


def five(face: AlignedFace) -> NDArray[np.float32]:
    return template_points(torch.from_numpy(face.points478)[None])[0].numpy()


def test_the_five_points_land_near_the_template(aligned: AlignedFace) -> None:
    assert aligned.image.shape == (ALIGNED_PX, ALIGNED_PX, 3) and aligned.image.dtype == np.uint8
    # A similarity cannot match five points of another face exactly; it is the best one, so its mean is exact.
    assert np.abs(five(aligned).mean(0) - TEMPLATE.mean(0)).max() < 0.01
    assert np.abs(five(aligned) - TEMPLATE).max() < 15


def test_the_matrix_moves_photo_points_to_where_the_aligned_picture_shows_them(
    aligned: AlignedFace, astronaut: NDArray[np.uint8]
) -> None:
    found = find_landmarks([aligned.image])[0]
    in_photo = find_landmarks([astronaut])[0]
    assert not isinstance(found, InputError) and not isinstance(in_photo, InputError)
    moved = in_photo[:, :2] @ aligned.matrix[:, :2].T + aligned.matrix[:, 2]
    assert np.abs(moved - aligned.points478[:, :2]).max() < 0.01
    assert np.linalg.norm(found[:, :2] - moved, axis=1).mean() < 1.5


def test_a_plain_photo_of_one_face_raises_no_warning(aligned: AlignedFace) -> None:
    assert aligned.faces == len(aligned.boxes) == 1 and abs(aligned.yaw_degrees) < 5


def test_a_rotated_photo_gives_the_same_aligned_face(aligned: AlignedFace, astronaut: NDArray[np.uint8]) -> None:
    turned = np.asarray(Image.fromarray(astronaut).rotate(25, Image.Resampling.BICUBIC))
    again = align_photo(turned, TEMPLATE)
    middle = (slice(90, 200), slice(70, 190))
    assert np.abs(again.image[middle].astype(int) - aligned.image[middle]).mean() < 8


def test_what_the_landmarker_made_of_a_face_comes_with_it(aligned: AlignedFace, two_people: NDArray[np.uint8]) -> None:
    first, second = (align_photo(two_people, TEMPLATE, None, face) for face in (0, 1))
    assert aligned.sight.shape == first.sight.shape and np.abs(aligned.sight).max() > 0
    assert not np.allclose(first.sight, second.sight, atol=0.1)


def test_a_photo_alone_and_among_others_gives_the_same_bytes(
    aligned: AlignedFace, astronaut: NDArray[np.uint8], grace_hopper: Path
) -> None:
    hopper = decode_photo(grace_hopper.read_bytes())
    blank = np.full((64, 64, 3), 128, np.uint8)
    results = align_photos([hopper, astronaut, blank], TEMPLATE)
    assert isinstance(results[0], AlignedFace) and isinstance(results[2], InputError)
    assert isinstance(results[1], AlignedFace)
    assert np.abs(results[1].image.astype(int) - aligned.image).max() <= 1


def test_a_photo_without_a_face_is_refused() -> None:
    with pytest.raises(InputError, match=r"No face was found in the photo \(80 x 60 pixels\)"):
        align_photo(np.full((60, 80, 3), 128, np.uint8), TEMPLATE)


def test_a_face_of_20_px_is_refused_with_its_size(astronaut: NDArray[np.uint8]) -> None:
    with pytest.raises(InputError, match=r"only \d\d pixels large in a photo of 110 x 110; at least 40"):
        align_photo(scaled(astronaut, 110), TEMPLATE)


def test_a_small_face_is_taken_and_its_size_known(astronaut: NDArray[np.uint8]) -> None:
    face = align_photo(scaled(astronaut, 300), TEMPLATE)
    assert 55 < face.size_px < 75


@pytest.fixture(scope="module")
def two_people(astronaut: NDArray[np.uint8], grace_hopper: Path) -> NDArray[np.uint8]:
    """A smaller face on the left, a larger one right of column 512."""
    hopper = decode_photo(grace_hopper.read_bytes())
    canvas = np.full((max(512, len(hopper)), 512 + hopper.shape[1], 3), 90, np.uint8)
    canvas[:512, :512] = scaled(np.ascontiguousarray(astronaut[:340, 50:390]), 512)
    canvas[: len(hopper), 512:] = hopper
    return canvas


def middle_in_photo(face: AlignedFace) -> NDArray[np.float32]:
    return np.asarray(np.linalg.inv(face.matrix[:, :2]) @ (128 - face.matrix[:, 2]), np.float32)


def test_of_several_faces_the_largest_is_taken_and_all_are_counted(two_people: NDArray[np.uint8]) -> None:
    face = align_photo(two_people, TEMPLATE)
    assert (face.faces, face.face) == (2, 0)
    assert middle_in_photo(face)[0] > 512


def test_boxes_hold_the_faces_found_the_largest_first(two_people: NDArray[np.uint8]) -> None:
    for number in (0, 1):
        face = align_photo(two_people, TEMPLATE, face=number)
        assert face.boxes.shape == (face.faces, 4) == (2, 4) and face.boxes.dtype == np.float32
        assert face.boxes[0, 0] > 512 > face.boxes[1, 2]
        sizes = (face.boxes[:, 2:] - face.boxes[:, :2]).max(1)
        assert sizes[0] >= sizes[1]
        left, top, right, bottom = face.boxes[number]
        x, y = middle_in_photo(face)
        assert face.face == number and left < x < right and top < y < bottom


def test_the_second_face_is_the_same_as_in_a_photo_of_its_own(two_people: NDArray[np.uint8]) -> None:
    alone = align_photo(np.ascontiguousarray(two_people[:, :512]), TEMPLATE)
    second = align_photo(two_people, TEMPLATE, face=1)
    assert (second.faces, second.face) == (2, 1)
    middle = (slice(90, 200), slice(70, 190))
    assert np.abs(second.image[middle].astype(int) - alone.image[middle]).mean() < 6


def test_a_face_that_the_photo_does_not_show_is_refused_with_how_many_there_are(
    two_people: NDArray[np.uint8], astronaut: NDArray[np.uint8]
) -> None:
    both, one = align_photos([two_people, astronaut], TEMPLATE, faces=[2, 2])
    assert str(both) == (
        "Face number 2 was asked for, but the photo shows 2 faces, numbered 0 (the largest) to 1: choose one of them."
    )
    assert "only one face, number 0" in str(one)
    with pytest.raises(InputError, match="Face number -1 was asked for; faces are numbered from 0"):
        align_photo(astronaut, TEMPLATE, face=-1)


def test_a_turned_head_has_a_signed_yaw(astronaut: NDArray[np.uint8]) -> None:
    left, right = align_photo(astronaut, TEMPLATE), align_photo(np.ascontiguousarray(astronaut[:, ::-1]), TEMPLATE)
    assert left.yaw_degrees == pytest.approx(-right.yaw_degrees, abs=2)


def test_outside_the_photo_its_mirror_image_is_blurred(astronaut: NDArray[np.uint8]) -> None:
    near = np.ascontiguousarray(astronaut[75:190, 165:285])
    face = align_photo(near, TEMPLATE)
    # Beyond the border blend (16 px) nothing is sharper than the 8-px blur allows; inside, the photo is untouched.
    upper = face.image[:20].astype(float)
    assert np.abs(np.diff(upper, axis=1)).max() < 30
    assert upper.std() > 1, "a flat colour would be a seam"
    full = align_photo(astronaut, TEMPLATE)
    middle = (slice(110, 190), slice(90, 166))
    assert np.abs(face.image[middle].astype(int) - full.image[middle]).mean() < 6


def test_a_crop_reads_only_the_photo_that_it_covers(astronaut: NDArray[np.uint8]) -> None:
    shift = torch.tensor([[1.0, 0.0, 100.0], [0.0, 1.0, 50.0]])
    crop = (crop_photo(astronaut, shift, 64) * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(crop, astronaut[50:114, 100:164])


def test_a_template_comes_from_a_render_of_any_size(astronaut: NDArray[np.uint8]) -> None:
    template = template_from_render(astronaut)
    assert template.shape == (5, 2) and template.dtype == np.float32
    assert np.abs(template_from_render(scaled(astronaut, 1024)) - template).max() < 1
    right_eye, left_eye, nose, right_mouth, left_mouth = template.tolist()
    assert right_eye[0] < nose[0] < left_eye[0] and right_mouth[0] < nose[0] < left_mouth[0]
    assert right_eye[1] < nose[1] < right_mouth[1]
    laid = align_photo(astronaut, template)
    assert np.abs(five(laid) - template).max() < 0.5


@pytest.mark.parametrize("template", [np.zeros((4, 2)), np.full((5, 2), np.nan), np.zeros(10)])
def test_a_wrong_template_is_refused(template: NDArray[np.float64]) -> None:
    with pytest.raises(InputError, match=r"five finite \(x, y\) points"):
        check_template(template)


def test_a_photo_that_is_no_uint8_rgb_is_refused() -> None:
    with pytest.raises(InputError, match="uint8"):
        align_photo(np.zeros((64, 64), np.uint8), TEMPLATE)
