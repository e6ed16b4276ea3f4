"""The lashes' texture: strokes with their cover as alpha, upper lids above and lower lids below; as lashes.frag."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.paint import ramp

Array = npt.NDArray[np.float64]

SIZE_PX = (512, 128)  # across, down
FROM_DM, TO_DM = 0.08, 0.50
"""Distance from the face's middle at the texture's left and right edge; both eyes share it."""
INSET = 2.0 / SIZE_PX[1]
"""Two texels, so that the lids do not bleed into each other."""


def lash_place(quads: Array, ball: Array) -> Array:
    """Corners (Q, 4, 3) on the neutral head and the left eyeball's middle (3,) -> texture coordinates (Q, 4, 2).

    v counts from the top; each lid's roots lie at the top of its half.
    """
    mirrored = np.concatenate([np.abs(quads[..., :1]), quads[..., 1:]], -1)
    reach = np.linalg.norm(mirrored - ball, axis=-1)
    middle = mirrored.mean(1)
    lower = (middle[:, 1] + 0.12 * (middle[:, 0] - 0.29) < 7.275)[:, None]
    away = np.clip((reach - 0.150) / np.where(lower, 0.055, 0.075), 0.0, 1.0)
    v = (0.5 - 2.0 * INSET) * away + INSET + 0.5 * lower
    return np.stack([(mirrored[..., 0] - FROM_DM) / (TO_DM - FROM_DM), v], -1)


def lash_picture(maps: Maps, hair: Array, darkness: float) -> tuple[Array, Array]:
    """Linear colour (h, w, 3) and cover (h, w) for the hair's colour (3,) and the slider in -1..1."""
    width, height = SIZE_PX
    x = FROM_DM + (TO_DM - FROM_DM) * (np.arange(width) + 0.5) / width
    v = (np.arange(height) + 0.5) / height
    lower = v > 0.5
    away = np.clip((v - 0.5 * lower - INSET) / (0.5 - 2.0 * INSET), 0.0, 1.0)
    across, down = np.meshgrid(x * 2.6, away)
    at = np.stack([across.ravel(), down.ravel()], 1)
    stroke = sample(maps.lash, at, tiled=True).reshape(height, width)
    density = (0.66 + 0.34 * darkness) * np.where(lower, 0.45, 1.0) * ramp(1.0, 0.35, away)
    cover = np.clip(density[:, None] * (0.35 + 0.9 * stroke), 0.0, 1.0)
    return np.broadcast_to(hair * 0.10, (height, width, 3)), cover
