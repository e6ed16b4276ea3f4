"""A photo that would keep a processor busy for minutes is given up after a stated time."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import core.photo
from core.photo import read_photo
from engine_bridge.errors import InputError


def progressive(scans: int) -> bytes:
    """A grey progressive JPEG of 4 megapixels whose last scan is there so many times more."""
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 2000), (90, 90, 90)).save(buffer, "JPEG", progressive=True, quality=50)
    plain = buffer.getvalue()
    last = plain[plain.rindex(b"\xff\xda") : -2]
    return plain[:-2] + last * scans + plain[-2:]


def test_a_picture_that_takes_too_long_is_refused_in_words_after_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = progressive(40_000)
    assert len(bomb) < 4 << 20
    monkeypatch.setattr(core.photo, "MAX_DECODE_S", 0.1)
    with pytest.raises(InputError, match=r"more than 0\.1 s to decode"):
        read_photo(bomb)


def test_a_progressive_picture_of_a_camera_is_read() -> None:
    assert read_photo(progressive(2)).full_size_px == (2000, 2000)
