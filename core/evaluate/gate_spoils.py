"""Ways to spoil a photo for the photo gate, each with the finding that it must bring and those it may bring as well.

Each takes a photo (H,W,3) uint8 RGB, the landmarks (478,3) px of the face in it and a random generator. Sizes follow
the face, so that the same spoiling looks the same on any photo. Sources of strengths: what an artist would call so.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]

_FACE_ANCHORS = {"eyes": (33, 133, 362, 263), "right eye": (33, 133), "left cheek": (425,), "mouth": (13, 14, 152)}
_MOST_LIGHT = 1.0


@dataclass(frozen=True)
class Spoiling:
    """One way: `code` is what the gate must say ("" for nothing: too mild to matter), `may` what it may say too."""

    name: str
    code: str
    spoil: Callable[[Pixels, Points, np.random.Generator], Pixels]
    may: tuple[str, ...] = ()


_HIDDEN = ("smile", "open-mouth", "closed-eyes", "expression", "turned", "tilted", "side-light")
"""What cannot be judged, and may be said or not, where part of the face is hidden or cut off."""


def face_size_px(points: Points) -> float:
    """Width or height of the landmarks' box, the larger."""
    return float((points[:, :2].max(0) - points[:, :2].min(0)).max())


def _blurred(share: float) -> Callable[[Pixels, Points, np.random.Generator], Pixels]:
    def spoil(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
        sigma_px = share * face_size_px(points) * random.uniform(1, 1.5)
        return np.array(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(sigma_px)))

    return spoil


def _jpeg(low: int, high: int) -> Callable[[Pixels, Points, np.random.Generator], Pixels]:
    def spoil(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
        data = io.BytesIO()
        Image.fromarray(photo).save(data, "JPEG", quality=int(random.integers(low, high + 1)), subsampling=2)
        with Image.open(data) as image:
            return np.array(image.convert("RGB"))

    return spoil


def _exposed(low: float, high: float) -> Callable[[Pixels, Points, np.random.Generator], Pixels]:
    """Light times a factor drawn between these, clipped as a sensor does."""

    def spoil(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
        factor = float(np.exp(random.uniform(np.log(low), np.log(high))))
        return _coded(np.minimum(_linear(photo) * factor, _MOST_LIGHT))

    return spoil


def _burnt(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
    """Exposed until three tenths to seven tenths of the face's box are clipped in all colours."""
    (left, top), (right, bottom) = _box(photo, points)
    dimmest = np.sort(_linear(photo[top:bottom, left:right]).min(2).ravel())
    brightest = dimmest[int(len(dimmest) * (1 - random.uniform(0.3, 0.7)))]
    return _coded(np.minimum(_linear(photo) / max(float(brightest), 0.02), _MOST_LIGHT))


def _side_lit(low_stops: float, high_stops: float) -> Callable[[Pixels, Points, np.random.Generator], Pixels]:
    """One half of the face darker than the other by so many stops, with a soft edge along the nose."""

    def spoil(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
        stops = random.uniform(low_stops, high_stops) * random.choice((-1, 1))
        middle = points[[10, 152], :2].mean(0)
        across = points[454, :2] - points[234, :2]
        across = across / max(float(np.linalg.norm(across)), 1e-6)
        rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]]
        along = (columns - middle[0]) * across[0] + (rows - middle[1]) * across[1]
        way = 1 / (1 + np.exp(-along * np.sign(stops) / (0.06 * face_size_px(points))))
        return _coded(_linear(photo) * (2.0 ** (-abs(stops) * way))[..., None])

    return spoil


def _small(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
    return _resized(photo, points, random.uniform(48, 78))


def _not_small(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
    return _resized(photo, points, random.uniform(105, 130))


def _resized(photo: Pixels, points: Points, face_px: float) -> Pixels:
    factor = face_px / face_size_px(points)
    if factor >= 1:
        return photo
    size = (max(16, round(photo.shape[1] * factor)), max(16, round(photo.shape[0] * factor)))
    return np.array(Image.fromarray(photo).resize(size, Image.Resampling.LANCZOS))


def _covered(kind: str) -> Callable[[Pixels, Points, np.random.Generator], Pixels]:
    """A rounded patch over a sixth to a quarter of the face's box: "black", one flat "colour", or "skin" of its own."""

    def spoil(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
        size = face_size_px(points)
        anchor = list(_FACE_ANCHORS.values())[int(random.integers(len(_FACE_ANCHORS)))]
        x, y = points[list(anchor), :2].mean(0) + random.normal(0, 0.03, 2) * size
        area, slim = random.uniform(0.16, 0.25) * size * size * 0.75, random.uniform(0.7, 1.5)
        half_width, half_height = np.sqrt(area * slim) / 2, np.sqrt(area / slim) / 2
        layer = Image.fromarray(photo)
        draw = ImageDraw.Draw(layer)
        box = (float(x - half_width), float(y - half_height), float(x + half_width), float(y + half_height))
        draw.rounded_rectangle(box, 0.05 * size, _paint(kind, photo, points, random))
        return np.array(layer)

    return spoil


def _paint(kind: str, photo: Pixels, points: Points, random: np.random.Generator) -> tuple[int, int, int]:
    if kind == "skin":
        at = np.clip(np.rint(points[[50, 280, 151], :2]).astype(int), 0, [photo.shape[1] - 1, photo.shape[0] - 1])
        colour = np.median(photo[at[:, 1], at[:, 0]], 0) * random.uniform(0.75, 1.1)
        red, green, blue = (int(min(255, value)) for value in colour)
        return red, green, blue
    if kind == "black":
        black = int(random.integers(0, 25))
        return black, black, black
    red, green, blue = (int(value) for value in random.integers(0, 256, 3))
    return red, green, blue


def _cut(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
    """A crop that leaves out 15 to 30 % of the face at one side or below."""
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    share, side = random.uniform(0.15, 0.3), int(random.integers(3))
    extent = high - low
    left, top, right, bottom = 0, 0, photo.shape[1], photo.shape[0]
    if side == 0:
        left = int(max(0, low[0] + share * extent[0]))
    elif side == 1:
        right = int(min(right, high[0] - share * extent[0]))
    else:
        bottom = int(min(bottom, high[1] - share * extent[1]))
    return np.ascontiguousarray(photo[top:bottom, left:right])


def _unchanged(photo: Pixels, points: Points, random: np.random.Generator) -> Pixels:
    return photo


SPOILINGS = (
    Spoiling("unchanged", "", _unchanged),
    Spoiling("blur 2.2 to 3.3 % of the face", "blurred", _blurred(0.022)),
    Spoiling("blur 0.3 to 0.45 % of the face", "", _blurred(0.003)),
    Spoiling("JPEG 6 to 14", "compressed", _jpeg(6, 14), ("blurred",)),
    Spoiling("JPEG 80 to 92", "", _jpeg(80, 92)),
    Spoiling("light 3 to 8 %", "dark", _exposed(0.03, 0.08), ("compressed", "blurred")),
    Spoiling("light 60 to 90 %", "", _exposed(0.6, 0.9), ("dark",)),
    Spoiling("burnt out", "blown-out", _burnt, ("covered", "side-light", "blurred")),
    Spoiling("half darker by 2.5 to 4 stops", "side-light", _side_lit(2.5, 4), ("dark", "covered", "blown-out")),
    Spoiling("half darker by 0.3 to 0.7 stops", "", _side_lit(0.3, 0.7), ("side-light",)),
    Spoiling("face of 48 to 78 px", "small", _small),
    Spoiling("face of 105 to 130 px", "", _not_small),
    Spoiling("black patch", "covered", _covered("black"), _HIDDEN),
    Spoiling("coloured patch", "covered", _covered("colour"), (*_HIDDEN, "blown-out")),
    Spoiling("skin-coloured patch", "covered", _covered("skin"), _HIDDEN),
    Spoiling("cut off by 15 to 30 %", "out-of-frame", _cut, (*_HIDDEN, "covered")),
)
"""The strong ones and, with an empty code, the mild ones that must not be said."""


def _linear(photo: Pixels) -> NDArray[np.float32]:
    """sRGB bytes -> linear light in [0, 1] (IEC 61966-2-1)."""
    value = photo.astype(np.float32) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _coded(light: NDArray[np.floating]) -> Pixels:
    """Linear light in [0, 1] -> sRGB bytes."""
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.clip(light, 0, None) ** (1 / 2.4) - 0.055)
    return (np.clip(value, 0, 1) * 255).round().astype(np.uint8)


def _box(photo: Pixels, points: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    sides = [photo.shape[1], photo.shape[0]]
    low = np.clip(points[:, :2].min(0), 0, sides).astype(np.int64)
    return low, np.maximum(np.clip(points[:, :2].max(0), 0, sides).astype(np.int64), low + 1)
