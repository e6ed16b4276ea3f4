"""The tongue: it lies in the jaw, and when it comes out it is drawn along a path over the lower teeth and lip."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.face_units import smooth_step
from engine_bridge.engines.embedded.mesh import SKIN, TONGUE, HeadAsset, HeadLevel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OUT_DM, DROOP_DM = 0.26, 0.20
"""How far the tip comes out of the lips, and how far it then hangs below the lower one."""
THIN, NARROW = 0.75, 0.75
"""Shares of its height and of its width that it keeps outside."""


class Tongue:
    """The refined tongue of the mouth's asset."""

    def __init__(self, asset: HeadAsset, neutral: Array) -> None:
        """`neutral` (V, 3): points of the mouth's asset on the neutral face."""
        quads = asset.quads[asset.parts == TONGUE]
        self.points, renumbered = np.unique(quads, return_inverse=True)
        """(T,) rows of the asset."""
        alone = HeadAsset(
            asset.vertices[self.points], asset.uvs, renumbered.reshape(quads.shape).astype(np.int64),
            np.zeros((0, 4), np.int64), np.full(len(quads), SKIN, np.uint8), {}, asset.masks,
        )  # fmt: skip
        self._level = HeadLevel(alone, refined=True)
        self.triangles = self._level.triangles(SKIN)
        rest = neutral[self.points]
        back, front = rest[:, 2].min(), rest[:, 2].max()
        self._along = (rest[:, 2] - back) / (front - back)
        # Height of the middle line, as a cubic over the length.
        cubic = np.vander(self._along, 4)
        self._middle = np.asarray(cubic @ np.linalg.lstsq(cubic, rest[:, 1])[0], np.float64)
        self.jaw: Array = 0.55 + 0.45 * smooth_step(self._along, 0.05, 0.65)
        """(T,) how much each point goes with the jaw."""
        refined = np.asarray(self._level.smooth @ np.stack([self._along, rest[:, 0], self._height(rest)], 1))
        self.place: Array = refined
        """(K, 3) from root (0) to tip (1), sideways in dm, and height over the middle line in dm."""

    def _height(self, rest: Array) -> Array:
        return rest[:, 1] - self._middle

    def out(self, rest: Array, points: Array, lip: Array, weight: float) -> Array:
        """Points (T, 3) drawn out at a weight in [0, 1], over the lower lip's highest point (3,).

        `rest` (T, 3) are the points before the jaw moved, in which the tongue is straight.
        """
        if weight <= 0.0:
            return points
        from scipy.interpolate import CubicSpline

        along, height = self._along, self._height(rest)
        height = height - height[along > 0.5].mean()
        root = points[along < 0.08].mean(0)
        thin = 1.0 - (1.0 - THIN) * smooth_step(along, 0.3, 0.7)
        above = lip[1] + 0.055
        knots = np.array(
            [
                [root[1], root[2]],
                [0.5 * (root[1] + above) + 0.03, 0.55 * root[2] + 0.45 * lip[2]],
                [above, lip[2] - 0.03],
                [above - 0.25 * DROOP_DM, lip[2] + 0.62 * OUT_DM],
                [above - DROOP_DM, lip[2] + OUT_DM],
            ]
        )
        at = np.concatenate([[0.0], np.linalg.norm(np.diff(knots, axis=0), axis=1).cumsum()])
        travelled = at[-1] * along
        path = CubicSpline(at, knots)
        place: Any = path(travelled)
        slope: Any = path(travelled, 1)
        slope = slope / np.linalg.norm(slope, axis=1, keepdims=True)
        drawn = points.copy()
        # Its tip is round from above, too.
        tip = 1.0 - 0.30 * smooth_step(along, 0.72, 1.0)
        narrow = (1.0 - (1.0 - NARROW) * smooth_step(along, 0.25, 0.6)) * tip
        middle = points[:, 0].mean()
        drawn[:, 0] = middle + (points[:, 0] - middle) * narrow
        drawn[:, 1] = place[:, 0] + height * thin * slope[:, 1]
        drawn[:, 2] = place[:, 1] - height * thin * slope[:, 0]
        return points + weight * (drawn - points)

    def surface(self, points: Array) -> tuple[Array, Array]:
        """Points (T, 3) -> refined points and normals (K, 3)."""
        at = np.asarray(self._level.smooth @ points)
        return at, self._level.normals(at.astype(np.float32)).astype(np.float64)
