"""Gaze and lids of the embedded head: eyeballs that turn, and lids that meet on any face without cutting into them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.face_units import FaceUnits
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, HeadAsset

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# How far an eye turns at weight 1.
INWARDS_DEG, OUTWARDS_DEG, UP_DEG, DOWN_DEG = 30.0, 30.0, 24.0, 28.0
# Of a whole blink, how much the upper lid falls with a full look down.
LID_FOLLOWS_DOWN = 0.45
# A closed upper lid's edge ends this far below the lower one, since the refined surface lies inside its control points.
OVERLAP_DM = 0.006
# A lid's control points stay this far outside the eyeball's, for the same reason and for the lid's own thickness.
CLEARANCE_DM = 0.014


class Eye:
    """One eyeball with its lids; everything is measured on the face it is given, so that it fits all of them."""

    def __init__(self, asset: HeadAsset, units: FaceUnits, neutral: Array, side: str) -> None:
        self._outwards = 1.0 if side == "left" else -1.0
        self.ball: Ints = np.unique(asset.quads[asset.parts == (EYE_LEFT if side == "left" else EYE_RIGHT)])
        """(B,) control points of the eyeball."""
        closure = units.deltas[f"eye-{side}-closure"]
        self._moving = np.flatnonzero(np.abs(closure).max(1) > 0.0)
        self._closure = closure[self._moving]
        loop = units.lid_edges[side]
        x = neutral[loop, 0] * self._outwards
        inner, outer = sorted((int(x.argmin()), int(x.argmax())))
        halves = [loop[inner : outer + 1], np.concatenate([loop[outer:], loop[: inner + 1]])]
        lower, upper = sorted(halves, key=lambda chain: neutral[chain, 1].mean())
        self._upper, self._lower = upper, lower
        self._reach = np.maximum(-closure[upper, 1], 0.0)

    def centre(self, points: Array) -> Array:
        """(3,) the middle of the eyeball among control points (V, 3)."""
        ball = points[self.ball]
        return (ball.min(0) + ball.max(0)) / 2.0

    def turn(self, points: Array, inwards: float, outwards: float, up: float, down: float) -> None:
        """Turn the eyeball of control points (V, 3) in place, by weights in [0, 1]."""
        if not (inwards or outwards or up or down):
            return
        centre = self.centre(points)
        points[self.ball] = (points[self.ball] - centre) @ self.rotation(inwards, outwards, up, down).T + centre

    def rotation(self, inwards: float, outwards: float, up: float, down: float) -> Array:
        """(3, 3) by which the eyeball turns from straight ahead, by weights in [0, 1]."""
        yaw = np.radians(OUTWARDS_DEG * outwards - INWARDS_DEG * inwards) * self._outwards
        pitch = np.radians(UP_DEG * up - DOWN_DEG * down)
        lift = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(pitch), np.sin(pitch)], [0.0, -np.sin(pitch), np.cos(pitch)]])
        swing = np.array([[np.cos(yaw), 0.0, np.sin(yaw)], [0.0, 1.0, 0.0], [-np.sin(yaw), 0.0, np.cos(yaw)]])
        return swing @ lift

    def close(self, points: Array, amount: float) -> None:
        """Lower the upper lid of control points (V, 3) in place; at 1 its edge meets the lower lid's."""
        if amount <= 0.0:
            return
        centre = self.centre(points)
        before = points[self._moving] - centre
        after = before + self._closure * (amount * self._gain(points))[:, None]
        # On the way a point keeps its distance from the ball, or cuts no deeper than the clearance: a lid slides over
        # the ball, while the sculpted displacement is the straight chord.
        radius = np.linalg.norm(points[self.ball] - centre, axis=1).max() + CLEARANCE_DM
        least = np.minimum(np.linalg.norm(before, axis=1), radius)
        distance = np.linalg.norm(after, axis=1)
        points[self._moving] = after * np.maximum(least / distance, 1.0)[:, None] + centre

    def _gain(self, points: Array) -> Array:
        """(M,) by how much the sculpted closure must be scaled at each moving point to close this face's eye."""
        upper, lower = points[self._upper], points[self._lower]
        order = np.argsort(lower[:, 0])
        gap = upper[:, 1] - _between(upper[:, 0], lower[order, 0], lower[order, 1]) + OVERLAP_DM
        whole = float((gap * self._reach).sum() / (self._reach**2).sum())
        # Towards the corners both gap and reach vanish; there the whole lid's ratio takes over.
        small = 0.02**2
        gain = np.maximum((gap * self._reach + whole * small) / (self._reach**2 + small), 0.0)
        order = np.argsort(upper[:, 0])
        return _between(points[self._moving, 0], upper[order, 0], gain[order])


def _between(at: Array, x: Array, y: Array) -> Array:
    """y at `at` on the polyline through (x, y), x ascending; beyond its ends, the end's."""
    found: Any = np.interp(at, x, y)  # numpy's overloads of interp leave its type unknown
    return np.asarray(found, np.float64)
