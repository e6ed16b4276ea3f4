"""The skin's texture layout: the face map unrolled to the whole head, each half with texels of its own.

Everything that `skin.frag` paints is a function of a place on the face map and of the side of the face, so a texture
in that layout is the recipe evaluated texel by texel, without drawing a triangle. Behind the ears, where there is only
hair and neck, texels are wider. What no light reaches (mouth, nostrils, eye sockets) would lie over the face in this
layout; its corners lie on a small palette below it instead, dark to light, and skin, lips, flesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine_bridge.engines.embedded.facemap import RADIUS_DM, TOP_DM, WIDTH_DM

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

BACK_DM = RADIUS_DM * np.pi
"""Arc at the seam, which runs down the back of the head."""
BOTTOM_DM = 5.45
"""The neck's cut."""
FACE_SHARE = 0.86
"""Part of the texture's width that the face map's own width takes; square texels follow."""
HEAD_SHARE = 15.0 / 16.0
"""Part of the texture's height above the palette."""
PALETTE_U, PALETTE_V = (0.25, 0.75), (0.970, 0.990)
PALETTE_TOP = 0.955
LIPS, MOUTH = 0.4, 1.0
"""Down the palette: skin at nought, lips, and the mouth's lining."""
_ARCS = np.array([-BACK_DM, -WIDTH_DM, WIDTH_DM, BACK_DM])
_US = np.array([0.0, 0.5 - FACE_SHARE / 2.0, 0.5 + FACE_SHARE / 2.0, 1.0])


def place(arc: Array, height: Array) -> Array:
    """Signed arcs (N,), positive on the character's left, and heights (N,), both dm -> (N, 2), v from the top."""
    return np.stack([np.interp(arc, _ARCS, _US), (TOP_DM - height) / (TOP_DM - BOTTOM_DM) * HEAD_SHARE], 1)


def palette(light: Array, tissue: Array) -> Array:
    """Where the palette has a light and a tissue (see `LIPS`), (N,) in 0..1 each -> (N, 2)."""
    u = PALETTE_U[0] + (PALETTE_U[1] - PALETTE_U[0]) * np.clip(light, 0.0, 1.0)
    return np.stack([u, PALETTE_V[0] + (PALETTE_V[1] - PALETTE_V[0]) * np.clip(tissue, 0.0, 1.0)], 1)


@dataclass(frozen=True)
class Texels:
    """The middles of a square texture's texels; arc depends on the column alone, height on the row alone."""

    size_px: int
    arc: Array
    """(size_px,) signed, dm."""
    height: Array
    """(size_px,) dm; rows of the palette go on below the neck."""
    light: Array
    """(size_px,) of the palette's columns, 0..1."""
    tissue: Array
    """(size_px,) of the palette's rows, 0..1."""
    in_palette: npt.NDArray[np.bool_]
    """(size_px,) rows that belong to the palette."""

    @classmethod
    def of(cls, size_px: int) -> Texels:
        """The texels of a texture so large."""
        middle = (np.arange(size_px) + 0.5) / size_px
        return cls(
            size_px,
            np.asarray(np.interp(middle, _US, _ARCS), np.float64),
            TOP_DM - middle / HEAD_SHARE * (TOP_DM - BOTTOM_DM),
            np.clip((middle - PALETTE_U[0]) / (PALETTE_U[1] - PALETTE_U[0]), 0.0, 1.0),
            np.clip((middle - PALETTE_V[0]) / (PALETTE_V[1] - PALETTE_V[0]), 0.0, 1.0),
            middle > PALETTE_TOP,
        )


def read(picture: npt.NDArray[np.uint8], across: Array, down: Array, tiled: bool) -> Floats:
    """`maps.sample` on a grid: (h, w) at columns' and rows' texture coordinates (W,) and (H,) -> (H, W) in 0..1."""
    return resampled(picture.astype(np.float32) / np.float32(255.0), across, down, tiled)


def resampled(picture: Floats, across: Array, down: Array, tiled: bool) -> Floats:
    """The same of any numbers."""
    rows = _weights(down, picture.shape[0], tiled) @ picture
    return np.ascontiguousarray((_weights(across, picture.shape[1], tiled) @ rows.T).T)


def _weights(at: Array, count: int, tiled: bool) -> sparse.csr_array:
    """(len(at), count) shares of the two nearest of `count` texels."""
    where = at * count - 0.5
    low = np.floor(where).astype(np.int64)
    share = where - low
    columns = np.stack([low, low + 1], 1)
    columns = columns % count if tiled else np.clip(columns, 0, count - 1)
    values = np.stack([1.0 - share, share], 1).astype(np.float32)
    rows = np.repeat(np.arange(len(at)), 2)
    return sparse.csr_array((values.ravel(), (rows, columns.ravel())), shape=(len(at), count))
