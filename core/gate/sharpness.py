"""How sharp a face is, whatever its size, and how much of JPEG's 8 x 8 grid is seen in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_GRID_PX = 8
# Grid lines that are looked at, counted from the middle of the face.
_MOST_PX = 512


def detail_ratio(image: NDArray[np.uint8], points: NDArray[np.float32], scale: float) -> float:
    """Finest over next finer detail of an aligned face (256,256,3) with landmarks (478,3) px, at its own resolution.

    `scale` is how much the photo was enlarged; the face is first brought back to the photo's pixels where it was. A
    photo in focus gives about a half or more, a blurred one far less.
    """
    low, high = np.clip(points[:, :2].min(0), 0, 250), np.clip(points[:, :2].max(0), 5, 256)
    (left, top), (right, bottom) = low.astype(int), np.ceil(high).astype(int)
    picture = Image.fromarray(image[top:bottom, left:right]).convert("L")
    if scale > 1:
        size = (max(24, round(picture.width / scale)), max(24, round(picture.height / scale)))
        picture = picture.resize(size, Image.Resampling.BOX)
    fine = np.asarray(picture, np.float32)
    once = _smoothed(fine)
    twice = _smoothed(_smoothed(once))
    # The sharpest fifth decides: eyes, brows and lips, whatever the share of smooth skin is.
    finest, finer = np.abs(fine - once), np.abs(once - twice)
    strong = finer >= np.quantile(finer, 0.8)
    return float(finest[strong].mean() / (finer[strong].mean() + 0.5))


def _smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Binomial (1, 2, 1) blur along both axes; edges repeated."""
    tall = np.pad(values, 1, mode="edge")
    wide = (tall[:-2] + tall[2:]) / 4 + tall[1:-1] / 2
    return ((wide[:, :-2] + wide[:, 2:]) / 4 + wide[:, 1:-1] / 2).astype(np.float32)


def blockiness(photo: NDArray[np.uint8], points: NDArray[np.float32]) -> float:
    """Steps across the lines of an 8 x 8 grid over those beside it, around a face with landmarks (478,3) photo px.

    1 where there is no grid. All 64 positions of the grid are tried, so that a cropped photo is seen through as well.
    """
    height, width = photo.shape[:2]
    middle = (points[:, :2].min(0) + points[:, :2].max(0)) / 2
    reach = np.minimum((points[:, :2].max(0) - points[:, :2].min(0)) * 0.75, _MOST_PX / 2)
    left, top = np.clip(middle - reach, 0, [width - 1, height - 1]).astype(int)
    right, bottom = np.clip(middle + reach, 1, [width, height]).astype(int)
    patch = photo[top:bottom, left:right]
    if min(patch.shape[:2]) < 4 * _GRID_PX:
        return 1.0
    luma: NDArray[np.float32] = patch.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return min(_grid(luma), _grid(luma.T))


def _grid(luma: NDArray[np.float32]) -> float:
    """The strongest phase of columns over the mean of the others."""
    step = np.abs(np.diff(luma, axis=1))
    # A step that stands alone: no edge of the picture, which is as steep one pixel further.
    alone = np.clip(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2, -4, 8)
    columns = alone.mean(0)
    phases = np.array([columns[k::_GRID_PX].mean() for k in range(_GRID_PX)])
    best = int(phases.argmax())
    others = np.delete(phases, best)
    return float(1 + (phases[best] - others.mean()) / (step.mean() + 0.5))
