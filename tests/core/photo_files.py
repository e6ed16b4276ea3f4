"""Photo files for tests of importing: good and bad ones, made from the two public portraits."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]


def encoded(picture: Picture, kind: str = "PNG", **options: object) -> bytes:
    """The bytes of an image file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()


def rotated_by_exif(picture: Picture) -> bytes:
    """A PNG whose pixels lie on their side, and whose EXIF says so."""
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn a quarter clockwise to see it upright
    return encoded(np.rot90(picture).copy(), exif=exif)


def in_mode(picture: Picture, mode: str) -> bytes:
    """The picture as CMYK, grey, 16-bit grey or with transparency."""
    buffer, image = io.BytesIO(), Image.fromarray(picture)
    if mode == "I;16":
        Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257).save(buffer, "PNG")
    else:
        image.convert(mode).save(buffer, "JPEG" if mode == "CMYK" else "PNG")
    return buffer.getvalue()


def animated(picture: Picture) -> bytes:
    """A WebP or PNG of two frames, the portrait first."""
    first, second = Image.fromarray(picture), Image.fromarray(picture[:, ::-1].copy())
    buffer = io.BytesIO()
    first.save(buffer, "PNG", save_all=True, append_images=[second])
    return buffer.getvalue()


def bomb(side_px: int = 20_000) -> bytes:
    """A PNG of a few dozen bytes that claims to have side_px squared pixels."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def beside(picture: Picture) -> Picture:
    """Two people: the picture, and half as large its mirror image."""
    small = np.asarray(Image.fromarray(picture[:, ::-1].copy()).resize((picture.shape[1] // 2, picture.shape[0] // 2)))
    canvas = np.full((picture.shape[0], picture.shape[1] + small.shape[1], 3), 128, np.uint8)
    canvas[:, : picture.shape[1]] = picture
    canvas[: small.shape[0], picture.shape[1] :] = small
    return canvas


def far_away(picture: Picture, share: float = 0.2) -> Picture:
    """The picture shrunk to `share` of its size, on a grey ground of its size."""
    height, width = picture.shape[:2]
    small = np.asarray(Image.fromarray(picture).resize((round(width * share), round(height * share))))
    canvas = np.full_like(picture, 128)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas


def without_face() -> Picture:
    """A soft gradient."""
    return np.tile(np.linspace(60, 200, 300, dtype=np.uint8)[:, None, None], (1, 300, 3))


def bad_photos(portrait: Picture) -> dict[str, tuple[bytes, str]]:
    """Every kind of unusable photo: name -> (bytes, what its sentence must say)."""
    jpeg = encoded(portrait, "JPEG")
    return {
        "not-an-image": (b"just some text", "not a picture"),
        "empty": (b"", "0 bytes"),
        "truncated": (jpeg[: len(jpeg) // 2], "cut off"),
        "huge": (bomb(), "million"),
        "no-face": (encoded(without_face()), "No face"),
        "tiny-face": (encoded(far_away(portrait, 0.12)), "pixels"),
    }
