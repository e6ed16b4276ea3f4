"""Tests of data_capture.png."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data_capture import png


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 1000))
def test_pillow_reads_back_every_pixel(height: int, width: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(png.encode(image))) as decoded:
        assert decoded.mode == "RGB"
        assert np.array_equal(np.asarray(decoded), image)


def test_equal_images_give_equal_bytes_wherever_they_lie_in_memory(astronaut: npt.NDArray[np.uint8]) -> None:
    face = astronaut[:256, :256]
    assert png.encode(face) == png.encode(np.ascontiguousarray(face))


def test_a_photograph_is_compressed_about_as_well_as_by_pillow(astronaut: npt.NDArray[np.uint8]) -> None:
    buffer = io.BytesIO()
    Image.fromarray(astronaut).save(buffer, "PNG", compress_level=1)
    assert len(png.encode(astronaut)) < 1.15 * len(buffer.getvalue())
