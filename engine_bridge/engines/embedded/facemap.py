"""The face map: an unrolled half of the neutral head, in which everything sharp on the skin is painted.

The data's own texture layout spends a fiftieth of its width on a mouth. Here the head is unrolled about an upright
axis, and both halves share one map: across runs the arc from the middle of the face towards the ear, down runs the
height, both in decimetres, so that a stroke of equal length looks equally long anywhere on the face.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

AXIS_Z_DM = 0.35
"""Where the axis stands: below the crown, between the ears."""
RADIUS_DM = 0.90
"""Arc length is this radius times the angle."""
WIDTH_DM, TOP_DM, BOTTOM_DM = 1.45, 8.45, 5.85
"""The map's edges; beyond them there is only hair and neck."""

Array = npt.NDArray[np.float64]


def unroll(points: Array) -> Array:
    """(N, 3) neutral points in dm -> (N, 2): arc from the face's middle (0 to RADIUS_DM * pi), and height."""
    angle = np.abs(np.arctan2(points[:, 0], points[:, 2] - AXIS_Z_DM))
    return np.stack([RADIUS_DM * angle, points[:, 1]], 1)


def to_texture(unrolled: Array) -> Array:
    """(N, 2) as `unroll` gives -> texture coordinates, (0, 0) at the map's first row and column."""
    across = unrolled[:, 0] / WIDTH_DM
    down = (TOP_DM - unrolled[:, 1]) / (TOP_DM - BOTTOM_DM)
    return np.stack([across, down], 1)
