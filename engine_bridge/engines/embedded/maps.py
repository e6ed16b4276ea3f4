"""The pictures that the head is painted with: region masks and lines on the face map, tiles of strokes, and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.assets import read_asset

NOISE_PX = 256

Bytes = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Maps:
    """Everything that `scripts/build_face_paint.py` made, and the noise that is cheaper to make than to ship."""

    regions: Bytes
    """(512, 512, 4) on the face map: lips, lid up to its fold, rim of the lids, ears."""
    lines: Bytes
    """(512, 512, 4) on the face map: slope across, slope down, depth, the mouth's line."""
    tile: Bytes
    """(256, 256, 4), tileable: stubble, strands, freckles, down."""
    brow: Bytes
    """(64, 256): strokes of a brow, along and across."""
    lash: Bytes
    """(32, 128): strokes of lashes, tileable along the lid."""
    occlusion: Array
    """(N, 4) per refined point: visibility of direction d is about c[0] + c[1:] . d."""
    noise: Bytes
    """(256, 256, 4), tileable: fine, medium, coarse, and strands drawn out along v."""


def load_maps() -> Maps:
    """Read the packaged pictures; raises EngineError when the file is missing or damaged."""
    data = read_asset("paint.npz")
    return Maps(
        data["regions"],
        data["lines"],
        data["tile"],
        data["brow"],
        data["lash"],
        data["occlusion"].astype(np.float64) / 64.0,
        _noise(),
    )


def _noise() -> Bytes:
    """Four planes of band-limited noise, fixed by their own seed."""
    spectrum = np.random.default_rng(20240607).standard_normal((4, NOISE_PX, NOISE_PX))
    frequency = np.fft.fftfreq(NOISE_PX) * NOISE_PX
    fy, fx = np.meshgrid(frequency, frequency, indexing="ij")
    # Centre frequency of each plane in cycles a tile; strands are fine across and long along.
    bands = [np.hypot(fx, fy) / 90.0, np.hypot(fx, fy) / 40.0, np.hypot(fx, fy) / 9.0, np.hypot(fx / 60.0, fy / 6.0)]
    planes: list[Array] = []
    for white, band in zip(spectrum, bands, strict=True):
        plane = np.fft.ifft2(np.fft.fft2(white) * band * np.exp(-(band**2))).real
        planes.append(np.clip(0.5 + 0.22 * plane / plane.std(), 0.0, 1.0))
    return np.round(np.stack(planes, -1) * 255.0).astype(np.uint8)


def sample(picture: Bytes, at: Array, tiled: bool) -> Array:
    """(H, W) at coordinates (N, 2) in pictures, (0, 0) at the first pixel's corner -> (N,) in 0..1, bilinear."""
    size = np.array([picture.shape[1], picture.shape[0]])
    where = at * size - 0.5
    low = np.floor(where).astype(np.int64)
    u, v = (where - low).T

    def texel(dx: int, dy: int) -> Array:
        column, row = (low + np.array([dx, dy])).T
        if tiled:
            column, row = column % size[0], row % size[1]
        else:
            column, row = np.clip(column, 0, size[0] - 1), np.clip(row, 0, size[1] - 1)
        return picture[row, column] / 255.0

    return (texel(0, 0) * (1 - u) + texel(1, 0) * u) * (1 - v) + (texel(0, 1) * (1 - u) + texel(1, 1) * u) * v
