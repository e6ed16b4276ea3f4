"""What the gate's judges look at in one face, as rows of numbers: where its points lie, what they show, what is seen.

Nothing here needs a network of its own: points and sight come from the alignment, coefficients from the points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.gate.cover import features
from core.gate.halves import halves
from core.gate.mesh import Mesh, Painted
from core.perception.blendshapes import NAMES

Row = NDArray[np.float32]
Points = NDArray[np.float32]

# Landmark numbers (MediaPipe's). Of each: a point near the middle of the face, and one to its either side.
_ACROSS = ((1, 234, 454), (4, 127, 356), (168, 234, 454), (1, 61, 291), (1, 33, 263), (1, 50, 280), (0, 172, 397),
           (152, 172, 397))  # fmt: skip
_EYE_CORNERS = ((33, 133), (263, 362))
_LIDS = (((159, 145), (158, 153), (160, 144)), ((386, 374), (385, 380), (387, 373)))
_PARTS = ((13, 14), (82, 87), (312, 317), (81, 178), (311, 402), (80, 88), (310, 318))
_FOREHEAD, _CHIN, _NOSE_TIP, _LIP_TOP, _LIP_FOOT = 10, 152, 1, 0, 17
_CHEEKS = (50, 280, 199, 2)
_LOOKS = ("eyeLookDownLeft", "eyeLookDownRight", "eyeSquintLeft", "eyeSquintRight")
# Where between the lips the gap is looked into, from the lower to the upper one.
_HEIGHTS = (0.2, 0.5, 0.8)
_WHOLE = 128 * 2 * 2  # of sight, the activations at 2 x 2 places
_TWENTY = 20.0  # brings angles, and lengths as a share of the face's height, near 1


@dataclass(frozen=True)
class Shown:
    """One aligned face before it is judged: its picture (256,256,3) uint8, its points (478,3) px, the network's
    coefficients (52,), sight (SIGHT,), turn (degrees), the share of its points beyond the photo, and its mesh's
    colours."""

    image: NDArray[np.uint8]
    points: Points
    coefficients: Row
    sight: Row
    yaw_deg: float
    pitch_deg: float
    outside: float
    painted: Painted


def view(shown: Shown, mesh: Mesh, cells: NDArray[np.int64]) -> Mapping[str, Row]:
    """What a judge can look at, by name.

    pose: how unequal both halves lie in the picture. frame: what lies beyond the photo. lids, lips: how far they are
    apart and how dark it is between. expression: the coefficients. halves: how unlike their light is. cells: colour
    and texture of the mesh's cells (`core.gate.cover`). whole, parts: what the landmarker made of the face at 2 x 2
    places, and at 4 x 4.
    """
    found: dict[str, float] = dict(zip(NAMES, shown.coefficients.tolist(), strict=True))
    return {
        "pose": _pose(shown.points, shown.yaw_deg),
        "frame": np.array([shown.outside, shown.outside**0.5], np.float32),
        "lids": _lids(shown.points, found, shown.pitch_deg),
        "lips": _lips(shown.points, shown.image, found),
        "expression": shown.coefficients,
        "halves": halves(shown.painted, mesh),
        "cells": features(shown.painted, mesh, cells),
        "whole": shown.sight[:_WHOLE],
        "parts": shown.sight[_WHOLE:],
    }


def _pose(points: Points, yaw_deg: float) -> Row:
    """The turn, and by what ratio (logarithm) one half is wider than the other, whichever it is."""
    along = points[_EYE_CORNERS[1][0], :2] - points[_EYE_CORNERS[0][0], :2]
    at = points[:, :2] @ (along / max(float(np.linalg.norm(along)), 1e-6))
    ratios = [
        abs(float(np.log(max(at[middle] - at[left], 0.5) / max(at[right] - at[middle], 0.5))))
        for middle, left, right in _ACROSS
    ]
    eyes = [_apart(points, outer, inner) + 1 for outer, inner in _EYE_CORNERS]
    turn, nose = abs(yaw_deg) / _TWENTY, ratios[0]
    return np.array([turn, *ratios, abs(np.log(eyes[0] / eyes[1])), turn * turn, nose * nose], np.float32)


def _lids(points: Points, found: Mapping[str, float], pitch_deg: float) -> Row:
    """How far each eye is open as a share of its width, and what the coefficients say of it."""
    opened = [
        sum(_apart(points, upper, lower) for upper, lower in lids) / 3 / (_apart(points, *corners) + 1)
        for lids, corners in zip(_LIDS, _EYE_CORNERS, strict=True)
    ]
    blinks = [found["eyeBlinkLeft"], found["eyeBlinkRight"]]
    looks = [found[name] for name in _LOOKS]
    row = [*blinks, min(blinks), *looks, *opened, min(opened), max(opened), abs(pitch_deg) / _TWENTY]
    return np.array(row, np.float32)


def _lips(points: Points, image: NDArray[np.uint8], found: Mapping[str, float]) -> Row:
    """How far the lips part at seven places as a share of the face's height, and how dark it is between them."""
    height = max(_apart(points, _FOREHEAD, _CHIN), 1.0)
    gaps = np.array([_apart(points, upper, lower) for upper, lower in _PARTS]) / height * _TWENTY
    lips = [_apart(points, _LIP_TOP, 13) / height * _TWENTY, _apart(points, 14, _LIP_FOOT) / height * _TWENTY]
    jaw = [_apart(points, upper, lower) / height * 5 for upper, lower in
           ((61, 291), (_NOSE_TIP, _CHIN), (_LIP_FOOT, _CHIN), (_LIP_TOP, _LIP_FOOT))]  # fmt: skip
    between = np.stack([
        points[upper, :2] * height_ + points[lower, :2] * (1 - height_)
        for upper, lower in _PARTS[:5] for height_ in _HEIGHTS
    ])  # fmt: skip
    dark = np.clip(_stops(image, between) - _stops(image, points[list(_CHEEKS), :2]).mean(), -6, 3)
    smile = (found["mouthSmileLeft"] + found["mouthSmileRight"]) / 2
    open_ = gaps[0]
    row = [*gaps, *lips, *jaw, *(dark / 2), dark.min(), dark.mean(), smile, open_ * smile, dark.mean() * open_,
           dark.min() * open_]  # fmt: skip
    return np.array(row, np.float32)


def _apart(points: Points, one: int, other: int) -> float:
    return float(np.linalg.norm(points[one, :2] - points[other, :2]))


def _stops(image: NDArray[np.uint8], at: NDArray[np.floating]) -> NDArray[np.float32]:
    """Light (N,) in stops of white at places (N,2) px; sRGB's curve is close to a square."""
    where = np.clip(np.rint(at).astype(int), 0, image.shape[0] - 1)
    luma = image[where[:, 1], where[:, 0]].astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32) / 255
    return np.log2(np.square(luma) + 0.004).astype(np.float32)
