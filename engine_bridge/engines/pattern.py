"""A numpy-only engine that draws a colour pattern depending on every parameter: it proves the wire without a GPU.

Of scenes and truth it supports a part, so that both answers can be met: a disc in its middle plays the head, outside
of which `background` replaces the pattern, and which its segmentation calls skin. It has no camera and no depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine_bridge.scene import Scene
from engine_bridge.schema import CharacterSchema, Choice, Parameter
from engine_bridge.truth import SEGMENTS, RenderedScene, TruthMap

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
        self.features: tuple[str, ...] = ("background", "segmentation")

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """(N, 12) parameters and (N, 1) choices -> (N, image_px, image_px, 3) uint8."""
        axis = np.linspace(0.0, 1.0, image_px, dtype=np.float32)
        k = np.arange(WAVES, dtype=np.float32)
        angle = k * 0.7
        phase = (
            (k[:, None, None] + 1)
            * 2.0
            * (np.cos(angle)[:, None, None] * axis[None, None, :] + np.sin(angle)[:, None, None] * axis[None, :, None])
        )
        waves = np.stack([np.sin(phase + channel) for channel in range(3)], -1)
        # A ramp under the waves: a neutral picture of one flat colour would be refused by a capture, and rightly so.
        images = 96.0 + 64.0 * axis[:, None] + 20.0 * np.einsum("nk,khwc->nhwc", parameters, waves)
        images += np.array([12.0, 0.0, -12.0], np.float32) * choices[:, :1, None, None]
        return np.clip(images, 0.0, 255.0).astype(np.uint8)

    def render_scene(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        truth: Sequence[str],
    ) -> RenderedScene:
        """As `render`, on a flat background; "segmentation" is skin in the disc and background outside it."""
        images = self.render(parameters, choices, image_px)
        disc = _disc(parameters[:, 0], image_px)
        if scene.background is not None:
            images[~disc] = np.round(255.0 * np.array(scene.background)).astype(np.uint8)
        channels: dict[str, TruthMap] = {}
        if "segmentation" in truth:
            channels["segmentation"] = np.where(disc, SEGMENTS.index("skin"), SEGMENTS.index("background")).astype("u1")
        return RenderedScene(images, channels)

    def close(self) -> None:
        """Nothing is held."""


def _disc(size: npt.NDArray[np.float32], image_px: int) -> npt.NDArray[np.bool_]:
    """(N,) values of the first wave in [-2.5, 2.5] -> (N, H, W): a centred disc of 0.35 to 0.45 of the side."""
    across = (np.arange(image_px, dtype=np.float32) + 0.5) / image_px - 0.5
    distance = np.hypot(across[:, None], across[None, :])
    return distance <= (0.4 + 0.02 * size)[:, None, None]
