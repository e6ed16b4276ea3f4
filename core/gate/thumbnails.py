"""Cuts every face of a photo out as a small square picture, so that a panel can ask which one is meant."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from engine_bridge.errors import InputError

THUMBNAIL_PX = 64
_MARGIN = 1.5
"""Side of the square as a multiple of the box, which ends at brows and chin: so hair and neck are seen as well."""


def cut_thumbnails(photo: NDArray[np.uint8], boxes: ArrayLike) -> NDArray[np.uint8]:
    """A photo (H,W,3) uint8 and boxes (F,4) px (left, top, right, bottom) -> thumbnails (F,64,64,3) uint8.

    Where a square reaches beyond the photo, the photo's edge is repeated. InputError when the boxes are not (F,4).
    """
    found = np.asarray(boxes, np.float64)
    if found.ndim != 2 or found.shape[1] != 4 or not np.isfinite(found).all():
        raise InputError(f"Boxes have shape {found.shape}, expected finite (faces, 4): left, top, right, bottom.")
    thumbnails = np.zeros((len(found), THUMBNAIL_PX, THUMBNAIL_PX, 3), np.uint8)
    for thumbnail, (left, top, right, bottom) in zip(thumbnails, found.tolist(), strict=True):
        side = max(2.0, max(right - left, bottom - top) * _MARGIN)
        thumbnail[:] = _square(photo, (left + right - side) / 2, (top + bottom - side) / 2, side)
    return thumbnails


def _square(photo: NDArray[np.uint8], left: float, top: float, side: float) -> NDArray[np.uint8]:
    """One square of the photo, reduced or enlarged to a thumbnail; only the pixels it covers are touched."""
    # Every n-th pixel is enough for a thumbnail of a large face; the rest is averaged.
    step = max(1, int(side / (4 * THUMBNAIL_PX)))
    rows = np.clip(np.arange(round(top), round(top + side), step), 0, photo.shape[0] - 1)
    columns = np.clip(np.arange(round(left), round(left + side), step), 0, photo.shape[1] - 1)
    patch = Image.fromarray(photo[rows[:, None], columns[None]])
    return np.asarray(patch.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BILINEAR))
