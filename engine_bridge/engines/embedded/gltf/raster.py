"""Triangles drawn into a picture by numpy: what they carry at their corners, with a bleed around them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

BLEED_PX = 2.0


def drawn_over(corners: Array, values: Array, size_px: int, elsewhere: Array) -> Array:
    """(size_px, size_px, K): triangles at pixel coordinates (T, 3, 2) that carry (T, 3, K), the last on top.

    A triangle's plane goes on for `BLEED_PX` where no triangle is; beyond that there is `elsewhere` (K,).
    """
    found = np.broadcast_to(elsewhere, (size_px, size_px, len(elsewhere))).copy()
    # How far outside its triangle each pixel is, in pixels.
    away = np.full((size_px, size_px), BLEED_PX)
    for (a, b, c), carried in zip(corners, values, strict=True):
        area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        if abs(area) < 1e-9:
            continue
        left, top = (max(int(min(a[k], b[k], c[k]) - BLEED_PX), 0) for k in range(2))
        right, bottom = (min(int(max(a[k], b[k], c[k]) + BLEED_PX) + 1, size_px) for k in range(2))
        window = (slice(top, bottom), slice(left, right))
        x = np.arange(left, right)[None, :] + 0.5
        y = np.arange(top, bottom)[:, None] + 0.5
        v = ((x - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (y - a[1])) / area
        w = ((b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])) / area
        share = np.stack([1.0 - v - w, v, w], -1)
        # A share times its corner's height over the opposite edge is the distance to that edge.
        edges = np.array([np.hypot(*(c - b)), np.hypot(*(a - c)), np.hypot(*(b - a))])
        outside = np.maximum(-(share * (abs(area) / edges)).min(-1), 0.0)
        closer = (outside <= 0.0) | (outside < away[window])
        away[window][closer] = outside[closer]
        found[window][closer] = np.clip(share[closer], -0.5, 1.5) @ carried
    return found
