"""Two pictures side by side, blended, and their difference as an overlay that carries its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from core.importing.sheet import CAPTION_PX, GAP_PX
from engine_bridge.errors import InputError

Pixels = NDArray[np.uint8]
Kind = Literal["heat", "signed"]

FULL_SCALE = 40.0
"""Where the colours of a difference end: distance in CIE L*a*b*, of which 2 is just seen, or in lightness L*."""
_SMOOTHED = 1 / 256  # of the side: pores and noise of a photo are no difference that an artist can mend
_UNSEEN = 2.0
_SCALE_PX = 26
_GROUND = (24, 24, 26)
_INK = (208, 208, 212)

# IEC 61966-2-1 (sRGB) to CIE XYZ under D65, divided by its white.
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_TO_WHITE = (_XYZ / _XYZ.sum(1, keepdims=True)).astype(np.float32)
# Share of full scale -> colour. Both begin at grey, run away from the hues of skin, and tell apart by lightness too.
_HEAT = ((0.0, (128, 128, 128)), (0.3, (250, 205, 90)), (0.65, (238, 96, 52)), (1.0, (176, 28, 130)))
_SIGNED = (
    (-1.0, (22, 82, 214)),
    (-0.5, (84, 156, 240)),
    (0.0, (128, 128, 128)),
    (0.5, (250, 176, 72)),
    (1.0, (214, 92, 8)),
)


@dataclass(frozen=True, eq=False)
class DifferenceMap:
    """Where two pictures differ: the overlay with its scale below, and how much, in L*a*b* units."""

    picture: Pixels
    mean: float
    largest: float
    """The 99th percentile: single pixels of an edge say little."""


def side_by_side(
    pictures: Sequence[tuple[str, Pixels]], height_px: int | None = None, caption_px: int = CAPTION_PX
) -> Pixels:
    """Captions and RGB pictures -> one picture, left to right, all as high as `height_px` (default: the highest).

    Above them is a row of `caption_px` with the captions, between them a gap, as on the sheets that an import writes.
    """
    height = height_px or max(picture.shape[0] for _, picture in pictures)
    resized = [(caption, _resized(picture, height, _width_at(picture, height))) for caption, picture in pictures]
    width = sum(picture.shape[1] for _, picture in resized) + GAP_PX * (len(resized) - 1)
    sheet = Image.new("RGB", (width, height + caption_px), _GROUND)
    draw, text = ImageDraw.Draw(sheet), font(max(8, round(0.6 * caption_px)))
    left = 0
    for caption, picture in resized:
        centre = left + (picture.shape[1] - draw.textlength(caption, font=text)) / 2
        draw.text((max(left, centre), 0.15 * caption_px), caption, fill=_INK, font=text)
        sheet.paste(Image.fromarray(picture), (left, caption_px))
        left += picture.shape[1] + GAP_PX
    return np.array(sheet)


def blend(first: Pixels, second: Pixels, t: float) -> Pixels:
    """`first` at t = 0, `second` at t = 1, mixed as display values between; of the size of the larger.

    Raises InputError for a `t` outside [0, 1] or pictures of different proportions.
    """
    if not 0.0 <= t <= 1.0:
        raise InputError(f"A blend is at {t:g}, expected a number from 0 to 1.")
    one, two = matched(first, second)
    mixed = one.astype(np.float32) * (1 - t) + two.astype(np.float32) * t
    return np.rint(mixed).astype(np.uint8)


def difference(
    first: Pixels,
    second: Pixels,
    kind: Kind = "heat",
    within: NDArray[np.bool_] | None = None,
    full_scale: float = FULL_SCALE,
) -> DifferenceMap:
    """Where `second` differs from `first`, over `first` in grey, with a scale below.

    "heat" shows the distance of colours in CIE L*a*b* (CIE 15:2004) from none to `full_scale` and more; "signed" only
    lightness: orange where `second` is lighter, blue where it is darker. What cannot be seen is left grey. Equal
    amounts have equal colours in every picture of one `full_scale`, so that two attempts can be compared. Outside of
    `within` (H,W), such as the character's head, the picture is dimmed and does not count.
    """
    one, two = matched(first, second)
    sigma = _SMOOTHED * one.shape[0]
    lab_one, lab_two = (_lab(ndimage.gaussian_filter(each, (sigma, sigma, 0))) for each in (one, two))
    apart = lab_two - lab_one
    distance = np.sqrt((apart**2).sum(-1))
    shown = apart[..., 0] if kind == "signed" else distance
    colours = _coloured(shown / full_scale, _SIGNED if kind == "signed" else _HEAT)
    grey = np.repeat(_grey(lab_one[..., :1]), 3, 2)
    weight = 0.85 * np.clip((np.abs(shown) - _UNSEEN) / (0.35 * full_scale), 0.0, 1.0)[..., None]
    overlay = grey * (1 - weight) + colours * weight
    counted = distance
    if within is not None:
        mask = np.asarray(Image.fromarray(within).resize((one.shape[1], one.shape[0])), bool)
        overlay = np.where(mask[..., None], overlay, 0.45 * grey)
        counted = distance[mask] if mask.any() else distance
    scale = _scale(one.shape[1], kind, full_scale)
    picture = np.concatenate([np.rint(overlay).astype(np.uint8), scale])
    return DifferenceMap(picture, float(counted.mean()), float(np.percentile(counted, 99)))


def matched(first: Pixels, second: Pixels) -> tuple[Pixels, Pixels]:
    """Both at the size of the larger; raises InputError when their proportions differ."""
    (height, width), (other_height, other_width) = first.shape[:2], second.shape[:2]
    if abs(width * other_height - other_width * height) > max(height, width, other_height, other_width):
        raise InputError(
            f"Pictures of {width} x {height} and {other_width} x {other_height} px cannot be laid over each other; "
            "give two of the same proportions."
        )
    high, wide = max(height, other_height), max(width, other_width)
    return _resized(first, high, wide), _resized(second, high, wide)


@lru_cache(maxsize=8)
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface."""
    return ImageFont.load_default(size_px)


def _width_at(picture: Pixels, height: int) -> int:
    return max(1, round(picture.shape[1] * height / picture.shape[0]))


def _resized(picture: Pixels, height: int, width: int) -> Pixels:
    if picture.shape[:2] == (height, width):
        return picture
    return np.array(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


def _lab(coded: NDArray[Any]) -> NDArray[np.float32]:
    """sRGB (H,W,3) uint8 -> CIE L*a*b* (H,W,3)."""
    levels = np.arange(256, dtype=np.float32) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)[coded]
    ratio = linear @ _TO_WHITE.T
    bent = np.where(ratio > 216 / 24389, np.cbrt(ratio), (ratio * (24389 / 27) + 16) / 116)
    lightness, a, b = 116 * bent[..., 1] - 16, 500 * (bent[..., 0] - bent[..., 1]), 200 * (bent[..., 1] - bent[..., 2])
    return np.stack([lightness, a, b], -1)


def _grey(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
    """L* in [0, 100] as display grey, with the contrast drawn in so that colours stand out from it."""
    return 24.0 + lightness * 1.55


def _coloured(
    share: NDArray[np.floating[Any]], stops: Sequence[tuple[float, tuple[int, int, int]]]
) -> NDArray[np.float32]:
    places = [place for place, _ in stops]
    channels = [np.interp(share, places, [colour[k] for _, colour in stops]) for k in range(3)]
    return np.stack(channels, -1).astype(np.float32)


def _scale(width: int, kind: Kind, full_scale: float) -> Pixels:
    """A bar of the colours used, with what its ends mean, (26, width, 3)."""
    image = Image.new("RGB", (width, _SCALE_PX), _GROUND)
    draw = ImageDraw.Draw(image)
    ends = (
        (f"{full_scale:g} darker", f"{full_scale:g} lighter")
        if kind == "signed"
        else ("alike", f"{full_scale:g} apart")
    )
    texts = ends if width >= 200 else ("", "")
    text = font(12)
    lengths = [round(draw.textlength(each, font=text)) for each in texts]
    left, right = lengths[0] + 14, max(lengths[0] + 34, width - lengths[1] - 14)
    share = np.linspace(-1.0 if kind == "signed" else 0.0, 1.0, right - left)
    bar = np.tile(_coloured(share, _SIGNED if kind == "signed" else _HEAT).astype(np.uint8)[None], (8, 1, 1))
    image.paste(Image.fromarray(bar), (left, (_SCALE_PX - 8) // 2))
    top = (_SCALE_PX - 14) // 2
    draw.text((7, top), texts[0], fill=_INK, font=text)
    draw.text((width - lengths[1] - 7, top), texts[1], fill=_INK, font=text)
    return np.array(image)
