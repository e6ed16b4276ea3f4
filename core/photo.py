"""Decodes a photo from bytes that nobody has vouched for: limits first, then one upright RGB picture."""

from __future__ import annotations

import io
import time
import warnings as python_warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from engine_bridge.errors import InputError

MAX_BYTES = 32 * 2**20
MAX_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
MAX_DECODE_S = 5.0
"""Of processor time, which neither other programs nor a process that is held up use: a hundred megapixels take two.

Pixels bound the time of every format but progressive JPEG, whose file may go over all of them again and again: one of
32 MiB could keep a processor busy for minutes. It is read in small blocks, between which the time is looked at.
"""
_BLOCK_BYTES = 8192
_READABLE = "JPEG, PNG, WebP, BMP or TIFF"
_MIN_SIDE_PX = 16
# Large JPEGs are decoded at a half, a quarter or an eighth as long as the longer side keeps this many pixels:
# the aligned face has 256, so a face that fills an eighth of a 12-megapixel photo still loses nothing.
_KEPT_SIDE_PX = 1600


@dataclass(frozen=True)
class Photo:
    """A decoded photo: `rgb` (H,W,3) uint8, upright; what was unusual about it; its own size before reduction."""

    rgb: NDArray[np.uint8]
    warnings: tuple[str, ...]
    full_size_px: tuple[int, int]


def decode_photo(data: bytes) -> NDArray[np.uint8]:
    """The picture alone, (H,W,3) uint8 RGB; see `read_photo`."""
    return read_photo(data).rgb


def read_photo(data: bytes) -> Photo:
    """Decodes a JPEG, PNG, WebP, BMP or TIFF photo of at most 32 MiB and 100 megapixels.

    EXIF rotation is applied, transparency is laid over white, CMYK, grey and 16-bit pictures become 8-bit RGB, and
    of an animation the first frame is taken (with a warning). InputError says what is wrong with anything else.
    """
    if not data:
        raise InputError("The photo is empty (0 bytes); choose a file that holds a picture.")
    if len(data) > MAX_BYTES:
        raise InputError(
            f"The photo has {len(data) / 2**20:.1f} MiB, but at most {MAX_BYTES // 2**20} MiB are read; "
            "save it smaller or as JPEG."
        )
    image = _open(data)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InputError(
            f"The photo has {width} x {height} pixels, but at most {MAX_PIXELS // 10**6} million are read; "
            "save it smaller."
        )
    if min(width, height) < _MIN_SIDE_PX:
        raise InputError(
            f"The photo has {width} x {height} pixels, but each side needs at least {_MIN_SIDE_PX}; use a larger one."
        )
    notes: list[str] = []
    try:
        with python_warnings.catch_warnings():
            # Of damage that costs no pixels, such as a second page cut off, Pillow only warns.
            python_warnings.simplefilter("ignore")
            frames = getattr(image, "n_frames", 1)
            if isinstance(image, ImageFile.ImageFile):
                image.decodermaxblock = _BLOCK_BYTES
            if image.format in ("JPEG", "MPO"):
                kept = min(1.0, _KEPT_SIDE_PX / max(width, height))
                image.draft(None, (max(1, round(width * kept)), max(1, round(height * kept))))
            image.load()
            rgb = _as_rgb(_upright(image))
        if frames > 1 and image.format != "MPO":
            notes.append(f"The file holds {frames} pictures; the first was taken.")
    except _TooSlow as error:
        raise InputError(
            f"The photo takes more than {MAX_DECODE_S:g} s to decode, which no camera's does; "
            "open it in an image editor and save it again as a plain JPEG."
        ) from error
    # Decoders raise whatever damaged data leads them to (OSError, SyntaxError, struct.error, zlib.error, ...).
    except Exception as error:
        raise InputError(
            f"The photo is damaged or cut off and cannot be decoded ({error}); "
            "open it in an image editor and save it again."
        ) from error
    return Photo(rgb, tuple(notes), (width, height))


class _TooSlow(Exception):
    """The time for one photo is used up."""


class _Timed(io.BytesIO):
    """A file in memory that is read for MAX_DECODE_S of this thread's time, and then no more."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._until = time.thread_time() + MAX_DECODE_S

    def read(self, size: int | None = -1, /) -> bytes:
        if time.thread_time() > self._until:
            raise _TooSlow
        return super().read(size)


def _open(data: bytes) -> Image.Image:
    """The picture's header, decoded lazily; InputError when it is no picture or far too large."""
    try:
        with python_warnings.catch_warnings():
            # Pillow warns about large pictures; our own limit refuses them with a sentence.
            python_warnings.simplefilter("ignore")
            return Image.open(_Timed(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise InputError(
            f"The photo has more than {MAX_PIXELS // 10**6} million pixels, which is the most that is read; "
            "save it smaller."
        ) from error
    except Exception as error:
        raise InputError(
            f"The file is not a picture that can be read ({len(data)} bytes); expected {_READABLE}."
        ) from error


def _upright(image: Image.Image) -> Image.Image:
    """The picture turned as its EXIF orientation says; unreadable EXIF data count as none."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # EXIF blocks are written by every camera in its own way; a broken one must not cost the photo.
        return image


def _as_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Any Pillow mode -> (H,W,3) uint8."""
    if image.mode.startswith("I") or image.mode == "F":
        return np.repeat(_grey_8_bit(np.asarray(image))[..., None], 3, 2)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, layer)
    return np.array(image.convert("RGB"))


def _grey_8_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey values of 16 or 32 bits, or real numbers in [0,1] or [0,255], as 8 bits."""
    grey = np.nan_to_num(values.astype(np.float32))
    if np.issubdtype(values.dtype, np.floating):
        grey = grey * 255 if grey.max(initial=0) <= 1 else grey
    elif values.dtype.itemsize == 2 or grey.max(initial=0) > 255:
        grey = grey / 257
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)
