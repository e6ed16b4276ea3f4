"""A row of teeth: a fine grid over the gum, the teeth and the gum behind them, laid through the mouth's helpers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Widths in mm from the middle to the second molar, and how far each tooth reaches past the helper's edge (Wheeler's
# Dental Anatomy, averages): the arch is scaled to the head it is in.
UPPER_WIDTHS_MM = (8.5, 6.5, 7.5, 7.0, 6.8, 10.0, 9.0)
LOWER_WIDTHS_MM = (5.3, 5.7, 6.8, 7.0, 7.1, 11.0, 10.5)
UPPER_LENGTHS = (1.13, 1.05, 1.11, 1.00, 0.96, 0.93, 0.90)
LOWER_LENGTHS = (0.92, 0.94, 1.02, 0.94, 0.92, 0.92, 0.92)
COLUMNS_A_TOOTH = 6
ROWS = (-1.0, -0.55, -0.15, 0.15, 0.45, 0.75, 0.95, 1.0, 1.12, 1.5, 2.0)
"""Across the row: the gum's far edge is -1, the necks 0, the biting edge 1, the gum behind 2."""
BULGE_DM = 0.016
LOWER_INSET_DM = 0.022
"""The lower row bites behind the upper one."""
UPPER_DROP_DM, LOWER_DROP_DM = 0.030, 0.022
"""The helpers keep the rows behind the lips; teeth that show when the lips part reach further down."""


class TeethRow:
    """One row's grid as a matrix over the asset's points."""

    def __init__(self, neutral: Array, helper: Ints, upper: bool) -> None:
        """`neutral` (V, 3): points of the asset on the neutral face; `helper` (4, 17): rows of them, see the asset."""
        # Not at the top: an engine that draws no expression does not wait for it.
        from scipy.interpolate import CubicSpline

        widths = np.array(UPPER_WIDTHS_MM if upper else LOWER_WIDTHS_MM)
        lengths = np.array(UPPER_LENGTHS if upper else LOWER_LENGTHS)
        neck = neutral[helper[1]]
        station = np.concatenate([[0.0], np.linalg.norm(np.diff(neck, axis=0), axis=1).cumsum()])
        station -= station[len(station) // 2]
        ends = np.concatenate([[0.0], widths.cumsum()]) * (0.985 * station[-1] / widths.sum())
        count = len(widths)
        tooth = np.linspace(-count, count, 2 * count * COLUMNS_A_TOOTH + 1)
        # numpy's overloads of interp leave its type unknown.
        at = np.sign(tooth) * np.asarray(np.interp(np.abs(tooth), np.arange(count + 1), ends), np.float64)
        along = np.asarray(CubicSpline(station, np.eye(len(station)))(at), np.float64)
        index = np.minimum(np.abs(tooth).astype(np.int64), count - 1)
        aside = 2.0 * (np.abs(tooth) - index) - 1.0
        # Every tooth ends in rounded corners.
        reach = lengths[index] * (1.0 - 0.09 * aside**8)
        rows = np.array(ROWS)[:, None]
        share = _across(rows, reach)
        both = np.einsum("rck,cj->rckj", share, along)
        self.points: Ints = helper.ravel()
        self.matrix: Array = both.reshape(-1, helper.size)
        """(K, 68) from the row's helpers to the grid."""
        outwards = np.gradient(along @ neck, axis=0)[:, [2, 1, 0]] * np.array([-1.0, 0.0, 1.0])
        outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
        outwards *= np.sign(outwards[len(outwards) // 2, 2])
        crown = np.where((rows > 0.0) & (rows <= 1.0), np.sin(np.pi * np.clip(rows * 0.62 + 0.15, 0.0, 1.0)), 0.0)
        out = BULGE_DM * crown * (1.0 - aside**2) - (0.0 if upper else LOWER_INSET_DM)
        drop = np.array([0.0, UPPER_DROP_DM if upper else LOWER_DROP_DM, 0.0])
        self.offset: Array = (out[..., None] * outwards - drop).reshape(-1, 3)
        """(K, 3) dm, added to what the matrix gives."""
        shape = (len(ROWS), len(tooth))
        self.shape = shape
        self.place = np.stack([np.broadcast_to(tooth, shape), np.broadcast_to(rows, shape)], -1).reshape(-1, 2)
        """(K, 2) tooth from the middle (a whole number where two meet), and place across the row, see ROWS."""
        row: Ints = np.arange(len(self.place), dtype=np.int64).reshape(shape)
        quads = np.stack([row[:-1, :-1], row[:-1, 1:], row[1:, 1:], row[1:, :-1]], -1).reshape(-1, 4)
        if upper:
            quads = quads[:, ::-1]
        self._sign = -1.0 if upper else 1.0
        self.triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)

    def placed(self, points: Array) -> Array:
        """(K, 3) the grid on the asset's points (V, 3)."""
        return self.matrix @ points[self.points] + self.offset

    def normals(self, grid: Array) -> Array:
        """(K, 3) unit normals of a placed grid (K, 3)."""
        at = grid.reshape(*self.shape, 3)
        normal = np.cross(np.gradient(at, axis=1), np.gradient(at, axis=0)) * self._sign
        return (normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)).reshape(-1, 3)


def _across(rows: Array, reach: Array) -> Array:
    """Places across the row (R, 1) and how far teeth reach (C,) -> (R, C, 4) weights of the helper's four lines."""
    gum, behind, crown = np.clip(-rows, 0.0, 1.0), np.clip(rows - 1.0, 0.0, 1.0), np.clip(rows, 0.0, 1.0) * reach
    lines = (gum, (1.0 - gum) * (1.0 - behind) * (1.0 - crown), (1.0 - behind) * crown, behind)
    return np.stack([np.broadcast_to(line, crown.shape) for line in lines], -1)
