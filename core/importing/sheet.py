"""The picture beside an import's parameters: aligned photo, character and imitator in a row, each with its caption."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

CAPTION_PX = 20
GAP_PX = 4
_GROUND = (24, 24, 26)
_INK = (208, 208, 212)
_FONT_PX = 12


def compose(pictures: Sequence[tuple[str, NDArray[np.uint8]]]) -> bytes:
    """Captions and RGB pictures (H,W,3) uint8 of one height -> the bytes of one PNG, left to right."""
    width = sum(picture.shape[1] for _, picture in pictures) + GAP_PX * (len(pictures) - 1)
    height = max(picture.shape[0] for _, picture in pictures) + CAPTION_PX
    sheet = Image.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(sheet)
    left = 0
    for caption, picture in pictures:
        centre = left + picture.shape[1] // 2
        draw.text((centre, CAPTION_PX // 2), caption, fill=_INK, font=_font(), anchor=_anchor())
        sheet.paste(Image.fromarray(picture), (left, CAPTION_PX))
        left += picture.shape[1] + GAP_PX
    buffer = io.BytesIO()
    # Level 1 costs a tenth of the default's time and 10 % more bytes.
    sheet.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_FONT_PX)


def _anchor() -> str | None:
    """Centred; a Pillow built without FreeType has only a bitmap font, which knows no anchors."""
    return "mm" if isinstance(_font(), ImageFont.FreeTypeFont) else None
