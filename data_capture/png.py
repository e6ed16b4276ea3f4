"""A fast, deterministic PNG encoder for rendered frames: the Up filter on every row and ISA-L's deflate at level 1.

ISA-L takes a quarter of zlib's time for files of the same size (0.65 against 2.9 ms for a 256 x 256 face), and Pillow,
which tries five filters a row, more than twice zlib's. The interpreter lock is free meanwhile, so encoder threads run
beside the coordinator. Equal pictures give equal bytes on one machine; another processor may pack them otherwise.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP_FILTER = 2
_LEVEL = 1
_TRUECOLOUR = 2


def encode(image: npt.NDArray[np.uint8]) -> bytes:
    """RGB image, uint8 (H, W, 3), sRGB, top-left origin -> PNG bytes; equal images give equal bytes on one machine."""
    height, width, _ = image.shape
    rows = image.reshape(height, width * 3)
    filtered = np.empty((height, width * 3 + 1), np.uint8)
    filtered[:, 0] = _UP_FILTER
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, _TRUECOLOUR, 0, 0, 0)
    data = isal_zlib.compress(filtered.data, _LEVEL)  # pyright: ignore[reportUnknownMemberType]  # Its stub is untyped.
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
