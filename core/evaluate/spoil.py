"""Ways to spoil an aligned photo: the paper's occlusions, blur, compression, few pixels, and glasses.

Each takes the aligned photo (256,256,3) uint8 and its landmarks (478,3) px and gives another picture, which is then
imported like any photo: found, aligned and reconstructed anew from what is left of the face.

The paper (section 4.6, Table 6) puts a black 60 x 40 rectangle on the 256 x 256 aligned photo, over the upper, middle
or lower part of the face, "in the face central area", and says that it hides about one-fifth of the face. Where faces
are aligned larger the same rectangle hides less, so there are two kinds: 60 x 40 px to the letter, and one of the same
proportions that hides a fifth of this very face's outline.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from core.align.face import ALIGNED_PX
from core.evaluate.geometry_error import FACE_OVAL

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]
Spoil = Callable[[Pixels, Points], Pixels]

MASK_PX = (60, 40)
FIFTH = 0.2
BLUR_SIGMA_PX = 3.0
JPEG_QUALITY = 30
SMALL_FACE_PX = 64
_EYES = ((33, 133), (362, 263))
# What lies in the middle of each part: between the eyes, the lower bridge of the nose, between the lips.
_CENTRES = {"upper": (33, 133, 362, 263), "middle": (195, 4), "lower": (13, 14)}
PARTS = tuple(_CENTRES)
"""The parts of the face that a mask can hide."""
_SUPERSAMPLED = 4
_FRAME_RGB = (28, 24, 24)


def unchanged(photo: Pixels, points: Points) -> Pixels:
    """The photo itself: what every other way is compared with."""
    return photo


def masked(part: str, face_share: float | None = None) -> Spoil:
    """A black rectangle over the "upper", "middle" or "lower" part: 60 x 40 px, or `face_share` of the face's area."""

    def spoil(photo: Pixels, points: Points) -> Pixels:
        width, height = MASK_PX
        if face_share is not None:
            scale = (face_share * _polygon_area(points[list(FACE_OVAL), :2]) / (width * height)) ** 0.5
            width, height = round(width * scale), round(height * scale)
        x, y = points[list(_CENTRES[part]), :2].mean(0)
        left, top = round(float(x) - width / 2), round(float(y) - height / 2)
        covered = photo.copy()
        covered[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = 0
        return covered

    return spoil


def blurred(photo: Pixels, points: Points) -> Pixels:
    """Gaussian blur of 3 px, on a face about 165 px wide."""
    return np.array(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(BLUR_SIGMA_PX)))


def compressed(photo: Pixels, points: Points) -> Pixels:
    """JPEG of quality 30, colours at half resolution."""
    data = io.BytesIO()
    Image.fromarray(photo).save(data, "JPEG", quality=JPEG_QUALITY, subsampling=2)
    with Image.open(data) as image:
        return np.array(image.convert("RGB"))


def small(photo: Pixels, points: Points) -> Pixels:
    """So few pixels that the face (the box of its landmarks) is 64 px large."""
    size = float((points[:, :2].max(0) - points[:, :2].min(0)).max())
    side = max(16, round(ALIGNED_PX * min(1.0, SMALL_FACE_PX / size)))
    return np.array(Image.fromarray(photo).resize((side, side), Image.Resampling.LANCZOS))


def glasses(photo: Pixels, points: Points) -> Pixels:
    """Dark frames with clear glass, drawn around the eyes: two rounded lenses, a bridge, and temples to the ears."""
    scale = _SUPERSAMPLED
    image = Image.fromarray(photo).resize((photo.shape[1] * scale, photo.shape[0] * scale), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    right, left = (points[list(corners), :2].mean(0) * scale for corners in _EYES)
    across = left - right
    apart = float(np.linalg.norm(across))
    across = across / max(apart, 1e-6)
    down = np.array([-across[1], across[0]])
    line = max(2, round(0.07 * apart))
    # Of the distance between the eyes; a lens hangs a little below the eye.
    half_width, half_height, drop = 0.38 * apart, 0.29 * apart, 0.06 * apart
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    # A superellipse of power 3: between an ellipse and a rectangle.
    outline = np.stack([_rounded(np.cos(angles)), _rounded(np.sin(angles))], 1)
    for eye in (right, left):
        rim = eye + drop * down + outline[:, :1] * half_width * across + outline[:, 1:] * half_height * down
        draw.line([(float(x), float(y)) for x, y in [*rim, rim[0], rim[1]]], _FRAME_RGB, line, joint="curve")
    inner = (right + half_width * across, left - half_width * across)
    ears = (points[127, :2] * scale, points[356, :2] * scale)
    ends = (right - half_width * across, left + half_width * across)
    for start, stop in (inner, *zip(ends, ears, strict=True)):
        draw.line([(float(start[0]), float(start[1])), (float(stop[0]), float(stop[1]))], _FRAME_RGB, line)
    return np.array(image.resize((photo.shape[1], photo.shape[0]), Image.Resampling.BOX))


def mask_title(part: str, kind: str) -> str:
    """The name of a mask among CONDITIONS."""
    return f"mask {part}, {kind}"


MASK_KINDS: dict[str, float | None] = {"60 x 40 px": None, "a fifth": FIFTH}
"""Kind of rectangle -> the share of the face that it hides; None: as many pixels as the paper's."""

CONDITIONS: dict[str, Spoil] = {
    "clean": unchanged,
    **{mask_title(part, kind): masked(part, share) for kind, share in MASK_KINDS.items() for part in PARTS},
    "blur, 3 px": blurred,
    "JPEG 30": compressed,
    "64-px face": small,
    "glasses": glasses,
}
"""Name in tables -> way to spoil; the first is what the others are compared with."""


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sign(values) * np.abs(values) ** (2 / 3)


def _polygon_area(corners: NDArray[np.float32]) -> float:
    x, y = corners.astype(np.float64).T
    return 0.5 * abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))
