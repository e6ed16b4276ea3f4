"""Measures one aligned face of one photo: pose, size, light, sharpness, compression, expression, what hides it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from core.align.face import AlignedFace
from core.gate.cover import cover_net, covered_share
from core.gate.judges import sure
from core.gate.mesh import Mesh, Painted, face_mesh, median, paint
from core.gate.sharpness import blockiness, detail_ratio
from core.gate.view import Shown, view
from core.perception.blendshapes import NAMES
from core.perception.geometry import LandmarkNet
from core.perception.warp import apply, invert

Measures = dict[str, float]

# How far beyond the photo's edge a landmark may lie until it counts as cut off, as a share of the face's size.
_EDGE_SHARE = 0.02
_CLIPPED = 250 / 255
# Of the other coefficients, those that follow an engine's expressions: a mouth drawn aside and brows do not.
_PURSED = ("mouthFunnel", "mouthPucker")
_UPPER_LIP, _LOWER_LIP, _FOREHEAD, _CHIN = 13, 14, 10, 152
# A full smile shows teeth: its lips part by this share of the face's height though the jaws stay closed.
_SMILE_PARTS = 0.08
# A level head is found to look down by this much: of 30 engine faces, and the median of photos is beyond it.
_LEVEL_PITCH_DEG = -5.0
# On the canonical face, in cm: the zone below an eye that glasses hide, and the skin that it is compared with.
_EYE_CM = (3.15, 2.62)
_BELOW_EYE_CM, _LENS_CM, _CHEEK_CM = 0.3, 2.2, 2.5


@torch.inference_mode()
def measure(photo: NDArray[np.uint8], face: AlignedFace, net: LandmarkNet) -> Measures:
    """A photo (H,W,3) uint8 RGB and a face aligned from it -> name -> what was measured.

    yaw_deg and pitch_deg: turn of the head, positive to the left side of the picture and upwards; roll_deg: how far
    the head leaned in the photo. face_px: its width or height, the larger. outside: share of its landmarks beyond the
    photo. smile, closed_eyes, expression: coefficients in [0, 1]. open_mouth: how far the lips part, as a share of the
    face's height, less what a smile's do. dark: the brightness in [0, 1] that a
    tenth of the skin exceeds. blown_out: share of the skin that is clipped. side_light: stops (powers of two) between
    the brighter and the darker half. detail: finest over next finer detail. blockiness: edges on JPEG's 8 x 8 grid
    over those beside it. covered: share of the face (`core.gate.cover`).
    dark_glasses: stops by which it is darker under the eyes than on the cheeks. presence: as the landmarker says.
    sure_...: how sure a code's judge is (`core.gate.judges`).
    """
    measures, rows = look(photo, face, net)
    return {**measures, **sure(rows)}


@torch.inference_mode()
def look(
    photo: NDArray[np.uint8], face: AlignedFace, net: LandmarkNet
) -> tuple[Measures, Mapping[str, NDArray[np.float32]]]:
    """What `measure` gives but for the judges, and the rows that those look at (`core.gate.view`)."""
    points = torch.from_numpy(face.points478)[None]
    matrix = torch.from_numpy(face.matrix)[None]
    in_photo = apply(invert(matrix), points)[0].numpy()
    inside = _inside(in_photo, photo.shape[0], photo.shape[1], face.size_px)
    mesh = face_mesh(net)
    painted = paint(face.image, face.points478, inside, mesh)
    scale = float(np.sqrt(np.abs(np.linalg.det(face.matrix[:, :2]))))
    coefficients, outside = net.blendshapes(points)[0].numpy(), float(1 - inside.mean())
    pose = _pose(net.rotation(points)[0].numpy(), face.matrix)
    measures = {
        "faces": float(face.faces),
        "face_px": face.size_px,
        **pose,
        "outside": outside,
        "presence": face.presence,
        **_expression(coefficients, face.points478),
        **_light(painted, mesh),
        "detail": detail_ratio(face.image, face.points478, scale),
        "blockiness": blockiness(photo, in_photo),
        "dark_glasses": _dark_glasses(painted, mesh),
        "covered": covered_share(painted, mesh),
    }
    shown = Shown(
        face.image, face.points478, coefficients, face.sight, pose["yaw_deg"], pose["pitch_deg"], outside, painted
    )
    return measures, view(shown, mesh, cover_net().cells)


def _inside(points: NDArray[np.float32], height: int, width: int, size_px: float) -> NDArray[np.bool_]:
    """Landmarks (478,3) photo px -> whether each lies inside the photo."""
    x, y, margin = points[:, 0], points[:, 1], _EDGE_SHARE * size_px
    return (x > -margin) & (x < width + margin) & (y > -margin) & (y < height + margin)


def _pose(rotation: NDArray[np.float32], matrix: NDArray[np.float32]) -> Measures:
    """From the rotation that makes the aligned face frontal, and the similarity photo -> aligned."""
    right, up, front = (float(value) for value in rotation[2])
    return {
        "yaw_deg": float(np.degrees(np.arctan2(-right, front))),
        "pitch_deg": float(np.degrees(np.arctan2(up, np.hypot(right, front)))) - _LEVEL_PITCH_DEG,
        "roll_deg": float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
    }


def _expression(coefficients: NDArray[np.float32], points: NDArray[np.float32]) -> Measures:
    found = dict(zip(NAMES, coefficients.tolist(), strict=True))
    smile = (found["mouthSmileLeft"] + found["mouthSmileRight"]) / 2
    height = np.linalg.norm(points[_FOREHEAD, :2] - points[_CHIN, :2])
    parted = float(np.linalg.norm(points[_UPPER_LIP, :2] - points[_LOWER_LIP, :2]) / max(float(height), 1.0))
    return {
        "smile": smile,
        "open_mouth": max(0.0, parted - _SMILE_PARTS * smile),
        "closed_eyes": (found["eyeBlinkLeft"] + found["eyeBlinkRight"]) / 2,
        "expression": max(found[name] for name in _PURSED),
    }


def _light(painted: Painted, mesh: Mesh) -> Measures:
    skin, areas, luma = mesh.skin, painted.areas_px2, painted.luma
    linear = np.square(luma) + 1e-4  # sRGB's curve is close to a square; the floor is that of an 8-bit camera's noise
    left = skin & (mesh.middles_cm[:, 0] > 1.5)
    twin = mesh.mirror[left]
    both = np.minimum(areas[left], areas[twin])
    stops = np.log2(linear[left] / linear[twin]).astype(np.float32)
    return {
        "dark": median(luma[skin], areas[skin], 0.9),
        "blown_out": _share(painted.colours[skin].max(1) >= _CLIPPED, areas[skin]),
        "side_light": median(stops, both),
    }


def _share(which: NDArray[np.bool_], areas: NDArray[np.float32]) -> float:
    return float(areas[which].sum() / max(float(areas.sum()), 1e-6))


def _dark_glasses(painted: Painted, mesh: Mesh) -> float:
    """By how many stops the skin under the brighter of both eyes is darker than that of cheeks and chin; at least 0."""
    light = np.log2(np.square(painted.luma) + 0.002).astype(np.float32)
    x, y = mesh.middles_cm[:, 0], mesh.middles_cm[:, 1]
    cheeks = mesh.skin & (y < _EYE_CM[1] - _CHEEK_CM) & (np.abs(x) < 5.5)
    usual = median(light[cheeks], painted.areas_px2[cheeks])
    darker: list[float] = []
    for side in (-1, 1):
        reach = np.hypot(x - side * _EYE_CM[0], y - _EYE_CM[1])
        zone = (reach < _LENS_CM) & (y < _EYE_CM[1] - _BELOW_EYE_CM)
        if painted.areas_px2[zone].sum() > 0:
            darker.append(usual - median(light[zone], painted.areas_px2[zone]))
    return max(0.0, min(darker, default=0.0))
