"""The face as 898 small triangles: the colour of each in an aligned picture, and which of them are plain skin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.perception.geometry import MESH_POINTS, LandmarkNet

# MediaPipe's landmark numbers around the eyes, the brows and the lips: what is there is no plain skin.
_EYES = (
    33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246,
    263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466,
)  # fmt: skip
_BROWS = (
    46, 53, 52, 65, 55, 70, 63, 105, 66, 107, 276, 283, 282, 295, 285, 300, 293, 334, 296, 336,
)  # fmt: skip
_LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
)  # fmt: skip
_BLUR_PX = 5


@dataclass(frozen=True)
class Mesh:
    """MediaPipe's triangles (T,3), their mirror images (T,), middles (T,3) cm on its canonical face, and kinds."""

    triangles: NDArray[np.int64]
    mirror: NDArray[np.int64]
    middles_cm: NDArray[np.float32]
    skin: NDArray[np.bool_]
    eyes: NDArray[np.bool_]


@lru_cache(maxsize=2)
def face_mesh(net: LandmarkNet) -> Mesh:
    """The mesh of a landmark network."""
    triangles = net.triangles.cpu().numpy().astype(np.int64).reshape(-1, 3)
    points = net.canonical_mesh.cpu().numpy().astype(np.float32)
    middles = points[triangles].mean(1)
    away = middles[:, None] - middles[None] * np.array([-1, 1, 1], np.float32)
    mirror = np.square(away).sum(2).argmin(1)
    beside = np.zeros(MESH_POINTS, bool)
    beside[[*_EYES, *_BROWS, *_LIPS]] = True
    eyes = np.zeros(MESH_POINTS, bool)
    eyes[list(_EYES)] = True
    skin = np.asarray(~beside[triangles].any(1))
    return Mesh(triangles, mirror, middles, skin, np.asarray(eyes[triangles].any(1)))


@dataclass(frozen=True)
class Painted:
    """Colours of the triangles of one aligned face: sRGB (T,3) in [0, 1], and the area (T,) px² that each shows.

    A triangle that faces away, or lies outside the photo, shows nothing. texture (T,): how much the green of its
    middle pixel and of three around it differ from their mean, in [0, 1].
    """

    colours: NDArray[np.float32]
    texture: NDArray[np.float32]
    areas_px2: NDArray[np.float32]

    @property
    def luma(self) -> NDArray[np.float32]:
        """(T,) Rec. 709 luma of the sRGB values."""
        return self.colours @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def paint(image: NDArray[np.uint8], points: NDArray[np.float32], inside: NDArray[np.bool_], mesh: Mesh) -> Painted:
    """An aligned picture (256,256,3), its landmarks (478,3) px and whether each lies inside the photo (478,)."""
    corners = points[mesh.triangles, :2]
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = 0.5 * (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    # All triangles turn the same way round on a face seen from the front.
    areas = np.clip(areas * np.sign(np.median(areas)), 0, None)
    seen = inside[mesh.triangles].all(1)
    side = image.shape[0]
    at = np.clip(np.rint(corners.mean(1)).astype(int), 0, side - 1)
    local = np.asarray(Image.fromarray(image).filter(ImageFilter.BoxBlur(_BLUR_PX // 2)))
    colours = local[at[:, 1], at[:, 0]].astype(np.float32) / 255
    reach = np.array([(0, 0), (1, 0), (0, 1), (-1, -1)])
    around = np.clip(at[:, None] + reach, 0, side - 1)
    green = image[around[..., 1], around[..., 0], 1].astype(np.float32) / 255
    texture = np.abs(green - green.mean(1, keepdims=True)).mean(1)
    return Painted(colours.astype(np.float32), texture, np.where(seen, areas, 0).astype(np.float32))


def median(values: NDArray[np.float32], weights: NDArray[np.float32], share: float = 0.5) -> float:
    """The weighted quantile of values (N,); 0 when nothing weighs anything."""
    order = np.argsort(values)
    running = np.cumsum(weights[order], dtype=np.float64)
    if not len(order) or running[-1] <= 0:
        return 0.0
    place = np.searchsorted(running, share * running[-1])
    return float(values[order[min(int(place), len(order) - 1)]])
