"""The landmarker against MediaPipe's own landmarks, pose-free geometry, expression and detection."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from core.align.face import find_landmarks
from core.perception.blendshapes import NAMES, READ_LANDMARKS
from core.perception.geometry import LANDMARKS, SIGHT, LandmarkNet, crop_by_points, points5, roi_from_points
from engine_bridge.errors import InputError

# Of the astronaut, in picture px: nose tip, right and left outer eye corner, mouth corners, chin.
GOLDEN = {1: (223.5, 131.4), 33: (195.6, 100.4), 263: (255.9, 103.6), 61: (202.7, 139.4), 291: (244.9, 140.8)}


@pytest.fixture(scope="module")
def net() -> LandmarkNet:
    return LandmarkNet.load()


@pytest.fixture(scope="module")
def face(net: LandmarkNet, astronaut: NDArray[np.uint8]) -> torch.Tensor:
    """Landmarks (1,478,3) of the astronaut in picture px."""
    found = find_landmarks([astronaut], net)[0]
    assert not isinstance(found, InputError)
    return torch.from_numpy(found)[None]


def pixels(image: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255


def turned(points: torch.Tensor, yaw: float, pitch: float, roll: float) -> torch.Tensor:
    """Rotates points in space about their mean, by angles in radians."""
    angles = torch.tensor([[0.0, -roll, yaw], [roll, 0.0, -pitch], [-yaw, pitch, 0.0]], dtype=points.dtype)
    rotation = torch.linalg.matrix_exp(angles)
    centre = points.mean(1, keepdim=True)
    return (points - centre) @ rotation.T + centre


def test_the_detector_finds_the_one_face(net: LandmarkNet, astronaut: NDArray[np.uint8]) -> None:
    faces = net.detect(astronaut)
    assert len(faces) == 1
    assert faces[0].box == pytest.approx((177.2, 80.6, 94.9, 94.9), abs=1.5)
    assert faces[0].keypoints[0].tolist() == pytest.approx([203.3, 101.1], abs=1.5)


def test_what_is_seen_comes_with_the_same_points_and_tells_pictures_apart(
    net: LandmarkNet, astronaut: NDArray[np.uint8], face: torch.Tensor
) -> None:
    crop = crop_by_points(pixels(astronaut), face)
    crops = torch.cat([crop, crop.flip(3)])
    points, presence = net.landmarks(crops)
    same_points, same_presence, sight = net.seen(crops)
    assert torch.equal(points, same_points) and torch.equal(presence, same_presence)
    assert sight.shape == (2, SIGHT) and bool(sight.isfinite().all())
    assert not torch.allclose(sight[0], sight[1], atol=0.1)


@pytest.mark.parametrize("size", [(2000, 1500), (300, 90)])
def test_the_detector_finds_nothing_in_an_empty_picture(net: LandmarkNet, size: tuple[int, int]) -> None:
    assert net.detect(np.full((*size, 3), 128, np.uint8)) == []


def test_a_small_face_in_a_large_picture_is_found_in_tiles(net: LandmarkNet, astronaut: NDArray[np.uint8]) -> None:
    canvas = np.full((1500, 2400, 3), 90, np.uint8)
    canvas[800:1312, 1700:2212] = astronaut
    # The astronaut's suit looks a little like a face to the coarse pass; the real face must come out beside it.
    face = max(net.detect(canvas), key=lambda face: face.score)
    assert face.box[0] + face.box[2] / 2 == pytest.approx(1700 + 224.6, abs=12)
    assert face.box[1] + face.box[3] / 2 == pytest.approx(800 + 128, abs=12)


def test_a_face_that_fills_the_picture_is_found(net: LandmarkNet, astronaut: NDArray[np.uint8]) -> None:
    face = net.detect(np.ascontiguousarray(astronaut[88:172, 182:268]))[0]
    assert face.size_px > 60


def test_faces_come_largest_first(net: LandmarkNet, astronaut: NDArray[np.uint8]) -> None:
    canvas = np.full((512, 900, 3), 90, np.uint8)
    canvas[:384, :384] = np.asarray(Image.fromarray(astronaut).resize((384, 384)))
    canvas[:, 388:] = astronaut
    faces = net.detect(canvas)
    assert len(faces) == 2
    assert faces[0].box[0] > 388 > faces[1].box[0] and faces[0].size_px > faces[1].size_px


def test_landmarks_lie_where_mediapipe_puts_them(face: torch.Tensor) -> None:
    for number, point in GOLDEN.items():
        assert face[0, number, :2].tolist() == pytest.approx(point, abs=0.6), number


def test_points5_are_in_dlibs_order(face: torch.Tensor) -> None:
    left_outer, left_inner, right_outer, right_inner, nose = points5(face)[0].tolist()
    assert right_outer[0] < right_inner[0] < nose[0] < left_inner[0] < left_outer[0]
    assert nose[1] > max(left_inner[1], right_inner[1])


def test_a_crop_by_points_shows_the_face_again(
    net: LandmarkNet, face: torch.Tensor, astronaut: NDArray[np.uint8]
) -> None:
    roi = roi_from_points(face)
    points, presence = net.landmarks(crop_by_points(pixels(astronaut), face))
    assert points.shape == (1, LANDMARKS, 3) and float(presence) > 0.99
    assert float((roi.points_to_image(points) - face)[..., :2].norm(dim=-1).mean()) < 0.6


def test_a_crop_without_a_face_has_no_presence(net: LandmarkNet) -> None:
    _, presence = net.landmarks(torch.full((1, 3, 256, 256), 0.5))
    assert float(presence) < 0.1


def test_geometry_forgets_place_size_and_pose(net: LandmarkNet, face: torch.Tensor) -> None:
    plain = net.canonical(face)
    assert torch.allclose(net.canonical(face * 3.7 + torch.tensor([90.0, -40.0, 7.0])), plain, atol=1e-3)
    assert torch.allclose(net.canonical(turned(face, 0.5, -0.3, 0.4)), plain, atol=1e-3)


def test_geometry_is_in_centimetres_of_an_upright_face(net: LandmarkNet, face: torch.Tensor) -> None:
    shape = net.canonical(face)[0]
    right_eye, left_eye, nose, chin = shape[33], shape[263], shape[1], shape[152]
    assert 8 < float(left_eye[0] - right_eye[0]) < 10
    assert float(nose[2]) > float(right_eye[2]) and float(chin[1]) < float(nose[1]) < float(right_eye[1])


def test_geometry_still_sees_a_change_of_shape(net: LandmarkNet, face: torch.Tensor) -> None:
    wider = face * torch.tensor([1.1, 1.0, 1.0])
    assert float((net.canonical(wider) - net.canonical(face)).square().mean().sqrt()) > 0.1


def test_geometry_passes_exact_gradients(net: LandmarkNet, face: torch.Tensor) -> None:
    probe = torch.randn(1, 468, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    precise = LandmarkNet.load().double()
    start = face.double().requires_grad_(True)
    (precise.canonical(start) * probe).sum().backward()
    assert start.grad is not None
    step = torch.randn(start.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    with torch.no_grad():
        ahead, behind = (precise.canonical(start + sign * 1e-4 * step) for sign in (1, -1))
        slope = float(((ahead - behind) * probe).sum()) / 2e-4
    assert float((start.grad * step).sum()) == pytest.approx(slope, rel=1e-5)
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_landmarks_pass_gradients_to_the_picture(net: LandmarkNet, astronaut: NDArray[np.uint8]) -> None:
    picture = pixels(astronaut[60:200, 150:290]).requires_grad_(True)
    crop = torch.nn.functional.interpolate(picture, (256, 256), mode="bilinear")
    net.canonical(net.landmarks(crop)[0]).square().sum().backward()
    assert picture.grad is not None and bool(torch.isfinite(picture.grad).all())
    assert float(picture.grad.abs().sum()) > 0


def test_expression_sees_the_smile_whatever_the_units(net: LandmarkNet, face: torch.Tensor) -> None:
    coefficients = net.blendshapes(face)[0]
    assert len(NAMES) == len(set(NAMES)) == len(coefficients) == 52 and len(READ_LANDMARKS) == 146
    named = dict(zip(NAMES, coefficients.tolist(), strict=True))
    assert named["mouthSmileLeft"] > 0.8 and named["mouthSmileRight"] > 0.8 and named["jawOpen"] < 0.2
    assert torch.allclose(net.blendshapes(face * 0.01)[0], coefficients, atol=1e-4)
