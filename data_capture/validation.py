"""Checks every frame before it may enter a dataset: its size, whose parameters it shows, and that it shows anything."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

# A face spans far more than this between its darkest and brightest byte; a dithered clear colour does not.
LEAST_CONTRAST = 16


def pixel_fingerprint(pixels: npt.NDArray[np.uint8]) -> int:
    """A cheap checksum that tells whether two successive frames of one worker are the same picture."""
    return zlib.crc32(pixels.data)


def frame_fault(pixels: npt.NDArray[np.uint8], image_px: int, digest: str, expected_digest: str) -> str | None:
    """None for a good frame, else a clause that completes "the frame ...": what is wrong and which value it has.

    `pixels` (H, W, 3); `digest` is what the frame echoes, `expected_digest` that of the sample asked for.
    """
    if pixels.shape != (image_px, image_px, 3):
        return f"has shape {pixels.shape}, asked for ({image_px}, {image_px}, 3)"
    if digest != expected_digest:
        return f"is stale: it echoes parameters {digest[:12]}, asked for {expected_digest[:12]}"
    darkest, brightest = int(pixels.min()), int(pixels.max())
    if brightest < LEAST_CONTRAST:
        return f"is black (brightest byte {brightest})"
    if brightest - darkest < LEAST_CONTRAST:
        return f"is one flat colour (bytes from {darkest} to {brightest})"
    return None
