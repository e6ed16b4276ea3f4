"""The neutral head without its ears, as distances from an upright axis and from a point on it: what hair lies on.

`scripts/build_skull.py` measures it once; doing so in every process costs a tenth of a second at best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.assets import read_asset
from engine_bridge.engines.embedded.facemap import AXIS_Z_DM

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CENTRE_DM = np.array([0.0, 7.45, AXIS_Z_DM])
"""From here the dome is measured; below its height hair falls or follows the neck."""
COLUMNS, DOME_ROWS, GIRTH_ROWS = 64, 13, 30
AZIMUTH: Array = np.linspace(-np.pi, np.pi, COLUMNS + 1)
ELEVATION: Array = np.linspace(np.pi / 2, 0.0, DOME_ROWS)
HEIGHTS_DM: Array = np.linspace(float(CENTRE_DM[1]), 5.8, GIRTH_ROWS)


@dataclass(frozen=True)
class Skull:
    """Tables over azimuth (AZIMUTH), and elevation (ELEVATION) or height (HEIGHTS_DM)."""

    dome: Array
    """(DOME_ROWS, COLUMNS + 1) distances from CENTRE_DM."""
    girths: Array
    """(GIRTH_ROWS, COLUMNS + 1) distances from the axis."""
    bound: Ints
    """(H, 6) points of the coarse level that each point of the short sheet of hair follows."""

    @classmethod
    def load(cls) -> Skull:
        """The packaged tables; raises EngineError when the file is missing or damaged."""
        data = read_asset("skull.npz")
        return cls(data["dome"], data["girths"], data["bound"].astype(np.int64))

    def dome_radius(self, way: Array) -> Array:
        """(...) distance of the skull from CENTRE_DM in unit directions (..., 3) that do not point down."""
        rise = np.arcsin(np.clip(way[..., 1], 0.0, 1.0))
        row = (np.pi / 2 - rise) / (np.pi / 2) * (DOME_ROWS - 1)
        return _at(self.dome, row, np.arctan2(way[..., 0], way[..., 2]))

    def girth(self, azimuth: Array, height: Array) -> Array:
        """(...) distance of head and neck from the axis; below the last height, its."""
        row = (height - HEIGHTS_DM[0]) / (HEIGHTS_DM[-1] - HEIGHTS_DM[0]) * (GIRTH_ROWS - 1)
        return _at(self.girths, row, azimuth)

    def towards(self, azimuth: Array, height: Array) -> Array:
        """(N, 3) unit directions from CENTRE_DM to the skull at azimuths and heights (N,) on the dome."""
        rise = np.linspace(0.0, np.pi / 2, 91)
        sine, cosine = np.sin(rise), np.cos(rise)
        found: list[Array] = []
        for angle, wanted in zip(azimuth, height, strict=True):
            way = np.stack([cosine * np.sin(angle), sine, cosine * np.cos(angle)], -1)
            heights = CENTRE_DM[1] + self.dome_radius(way) * sine
            found.append(way[int(np.argmin(np.abs(heights - wanted)))])
        return np.stack(found)


def _at(table: Array, row: Array, azimuth: Array) -> Array:
    """(...) the table between its rows and columns, its edges beyond them."""
    column = (azimuth + np.pi) / (2 * np.pi) * COLUMNS
    row = np.clip(row, 0.0, len(table) - 1.0)
    up, left = np.minimum(row.astype(np.int64), len(table) - 2), np.minimum(column.astype(np.int64), COLUMNS - 1)
    down, right = row - up, column - left
    upper = table[up, left] * (1.0 - right) + table[up, left + 1] * right
    lower = table[up + 1, left] * (1.0 - right) + table[up + 1, left + 1] * right
    return upper * (1.0 - down) + lower * down
