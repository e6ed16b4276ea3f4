"""The pictures of `facebridge render`: one PNG each, or many of one size on one contact sheet."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin


def png(picture: NDArray[Any], palette: bytes = b"", note: str = "") -> bytes:
    """A PNG of uint8 (H, W, 3), of uint16 (H, W), or of uint8 (H, W) with a palette of RGB triples."""
    image = Image.fromarray(picture)
    if palette:
        image.putpalette(palette)
    text = PngImagePlugin.PngInfo()
    if note:
        text.add_text("Description", note)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def columns_of(count: int) -> int:
    """How many pictures stand side by side on a sheet of `count`, which is then about as wide as high."""
    return math.ceil(math.sqrt(count))


def contact_sheet(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """(N, H, W, 3) pictures -> one (rows H, columns W, 3), row by row without gaps; what is left over is black."""
    count, height, width, _ = pictures.shape
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * columns, height, width, 3), np.uint8)
    sheet[:count] = pictures
    cells = sheet.reshape(rows, columns, height, width, 3)
    return cells.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, 3)
