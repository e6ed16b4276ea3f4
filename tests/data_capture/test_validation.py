"""Tests of data_capture.validation."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pytest

from data_capture.validation import frame_fault, pixel_fingerprint

GOOD = np.linspace(0, 255, 8 * 8 * 3).astype(np.uint8).reshape(8, 8, 3)
DIGEST = "ab" * 32


def test_a_good_frame_has_no_fault() -> None:
    assert frame_fault(GOOD, 8, DIGEST, DIGEST) is None


@pytest.mark.parametrize(
    ("pixels", "digest", "words"),
    [
        (GOOD[:4], DIGEST, r"shape \(4, 8, 3\)"),
        (GOOD, "cd" * 32, "stale.*cdcdcdcdcdcd.*abababababab"),
        (np.full((8, 8, 3), 3, np.uint8), DIGEST, "black"),
        (np.full((8, 8, 3), 200, np.uint8), DIGEST, "one flat colour"),
    ],
)
def test_a_bad_frame_is_named(pixels: npt.NDArray[np.uint8], digest: str, words: str) -> None:
    fault = frame_fault(pixels, 8, digest, DIGEST)
    assert fault is not None
    assert re.search(words, fault)


def test_a_fingerprint_tells_pictures_apart_and_knows_an_equal_one() -> None:
    other = GOOD.copy()
    other[7, 7, 2] ^= 1
    assert pixel_fingerprint(GOOD) == pixel_fingerprint(GOOD.copy())
    assert pixel_fingerprint(GOOD) != pixel_fingerprint(other)
