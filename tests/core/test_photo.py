"""Photo bytes nobody has vouched for: each good kind becomes upright RGB, each bad one a clear sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from core.photo import MAX_BYTES, decode_photo, read_photo
from engine_bridge.errors import InputError


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def ramp(height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """Red grows to the right, green downwards, blue is constant: every turn of it shows."""
    red, green = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([red, green, np.full_like(red, 90)], -1).astype(np.uint8)


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF"])
def test_lossless_formats_keep_every_pixel(form: str) -> None:
    photo = read_photo(encoded(Image.fromarray(ramp()), form))
    assert np.array_equal(photo.rgb, ramp()) and photo.warnings == () and photo.full_size_px == (64, 48)


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_formats_keep_the_picture(form: str) -> None:
    rgb = decode_photo(encoded(Image.fromarray(ramp()), form, quality=95))
    assert np.abs(rgb.astype(int) - ramp()).mean() < 4


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "CMYK", "YCbCr"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    rgb = decode_photo(encoded(Image.fromarray(ramp()).convert(mode), form))
    assert rgb.shape == (48, 64, 3) and rgb.dtype == np.uint8
    if mode in ("RGBA", "CMYK", "YCbCr"):
        assert np.abs(rgb.astype(int) - ramp()).mean() < 8


def test_sixteen_bit_grey_keeps_its_lightness() -> None:
    values = np.linspace(0, 65535, 48 * 64).reshape(48, 64).astype(np.uint16)
    for form in ("PNG", "TIFF"):
        rgb = decode_photo(encoded(Image.fromarray(values), form))
        assert np.abs(rgb[..., 0] - values / 257).max() <= 1, form
        assert np.array_equal(rgb[..., 0], rgb[..., 2])


def test_real_valued_grey_is_read_in_either_range() -> None:
    values = np.linspace(0, 1, 48 * 64, dtype=np.float32).reshape(48, 64)
    unit = decode_photo(encoded(Image.fromarray(values), "TIFF"))
    bytes_range = decode_photo(encoded(Image.fromarray(values * 255), "TIFF"))
    assert np.array_equal(unit, bytes_range) and unit.max() == 255


def test_transparency_is_laid_over_white() -> None:
    rgba = np.dstack([ramp(), np.zeros((48, 64), np.uint8)])
    assert (decode_photo(encoded(Image.fromarray(rgba), "PNG")) == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(orientation: int) -> None:
    # What a camera held that way would store, so that the upright picture is always the ramp.
    store = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}[orientation]
    stored = np.rot90(ramp(), store)
    if orientation in (2, 4):
        stored = stored[:, ::-1]
    elif orientation in (5, 7):
        stored = stored[::-1]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
    assert np.array_equal(decode_photo(data), ramp())


def test_broken_exif_costs_the_rotation_and_not_the_photo() -> None:
    data = encoded(Image.fromarray(ramp()), "JPEG", exif=b"Exif\x00\x00garbage that is no TIFF header")
    assert decode_photo(data).shape == (48, 64, 3)


@pytest.mark.parametrize("form", ["WEBP", "PNG", "TIFF"])
def test_of_several_pictures_the_first_is_taken_and_said(form: str) -> None:
    frames = [Image.fromarray(ramp()), Image.fromarray(255 - ramp())]
    options = {"lossless": True} if form == "WEBP" else {}
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
    photo = read_photo(data)
    assert np.abs(photo.rgb.astype(int) - ramp()).max() <= 1
    assert photo.warnings == ("The file holds 2 pictures; the first was taken.",)


def test_a_large_jpeg_is_reduced_while_it_is_decoded() -> None:
    photo = read_photo(encoded(Image.fromarray(ramp(3000, 4000)), "JPEG"))
    assert photo.rgb.shape == (1500, 2000, 3) and photo.full_size_px == (4000, 3000)
    assert np.abs(photo.rgb[::2, ::2].astype(int) - ramp(750, 1000)).mean() < 4


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InputError, match=r"empty \(0 bytes\)"):
        decode_photo(b"")


def test_a_file_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputError, match=r"32\.0 MiB, but at most 32 MiB"):
        decode_photo(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.4 not a picture", bytes(1000), b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"not a picture that can be read|damaged or cut off"):
        decode_photo(data)


def test_a_format_outside_the_list_is_refused() -> None:
    with pytest.raises(InputError, match="expected JPEG, PNG, WebP, BMP or TIFF"):
        decode_photo(encoded(Image.fromarray(ramp()), "GIF"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_truncated_photo_is_refused(form: str, grace_hopper: Path) -> None:
    with Image.open(grace_hopper) as image:
        data = encoded(image.convert("RGB"), form)
    with pytest.raises(InputError, match=r"damaged or cut off|not a picture"):
        decode_photo(data[: len(data) // 2])


def png_of(width: int, height: int) -> bytes:
    """A tiny PNG file whose header claims this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (10_001, 10_000), (200_000, 1_000)])
def test_a_gigantic_picture_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"100 million.*save it smaller"):
        decode_photo(png_of(*size))


def test_a_tiny_picture_is_refused() -> None:
    with pytest.raises(InputError, match="8 x 64 pixels"):
        decode_photo(encoded(Image.fromarray(ramp(64, 8)), "PNG"))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "TIFF"]), st.data())
def test_damaged_bytes_give_a_picture_or_a_sentence_and_nothing_else(form: str, draw: st.DataObject) -> None:
    data = bytearray(encoded(Image.fromarray(ramp()), form))
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        assert decode_photo(bytes(data)).dtype == np.uint8
    except InputError as error:
        assert str(error)


def test_a_directory_of_a_tiff_that_points_nowhere_is_not_a_warning() -> None:
    data = bytearray(encoded(Image.fromarray(ramp()), "TIFF"))
    data[7] = 8
    with pytest.raises(InputError):
        decode_photo(bytes(data))
