"""A numpy-only engine that draws a colour pattern depending on every parameter: it proves the wire without a GPU."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine_bridge.schema import CharacterSchema, Choice, Parameter

WAVES = 12


@lru_cache(maxsize=1)
def pattern_schema() -> CharacterSchema:
    """Twelve wave amplitudes in [-2.5, 2.5] and one choice."""
    waves = tuple(
        Parameter(
            name=f"wave.{k:02d}",
            group="waves",
            label=f"Wave {k}",
            description=f"Amplitude of the pattern's wave number {k}.",
            minimum=-2.5,
            maximum=2.5,
            default=0.0,
            mirror=None,
            kind="material",
        )
        for k in range(WAVES)
    )
    tint = Choice("tint", "Tint", "Overall tint of the pattern.", ("grey", "warm"), "grey")
    return CharacterSchema("pattern", "1", waves, (tint,))


class PatternEngine:
    """Sums one plane wave a parameter into each colour channel; pure, so equal parameters give equal bytes."""

    def __init__(self) -> None:
        self.name = "pattern"
        self.version = "1"
        self.schema = pattern_schema()
        self.renderer = "numpy"

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """(N, 12) parameters and (N, 1) choices -> (N, image_px, image_px, 3) uint8."""
        axis = np.linspace(0.0, 1.0, image_px, dtype=np.float32)
        k = np.arange(WAVES, dtype=np.float32)
        angle = k * 0.7
        phase = (k[:, None, None] + 1) * 2.0 * (
            np.cos(angle)[:, None, None] * axis[None, None, :] + np.sin(angle)[:, None, None] * axis[None, :, None]
        )
        waves = np.stack([np.sin(phase + channel) for channel in range(3)], -1)
        # A ramp under the waves: a neutral picture of one flat colour would be refused by a capture, and rightly so.
        images = 96.0 + 64.0 * axis[:, None] + 20.0 * np.einsum("nk,khwc->nhwc", parameters, waves)
        images += np.array([12.0, 0.0, -12.0], np.float32) * choices[:, :1, None, None]
        return np.clip(images, 0.0, 255.0).astype(np.uint8)

    def close(self) -> None:
        """Nothing is held."""
