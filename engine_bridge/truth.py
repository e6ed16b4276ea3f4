"""Truth channels: what a renderer knows about its picture beyond the colours, and how each is laid out.

| channel | array | meaning |
|---|---|---|
| segmentation | uint8 (H, W) | index into SEGMENTS of what the pixel's centre shows |
| depth | float32 (H, W) | cm from the camera to what the pixel's centre shows, along the camera's axis; 0: nothing |
| points | float32 (468, 5) | per face-mesh point: x, y in px, then X, Y, Z in cm |

The points are those of MediaPipe's face mesh, in its order. x counts to the right and y down from the top-left corner
of the picture, so that the first pixel's centre is (0.5, 0.5); a point outside the picture or behind the head keeps its
values. X, Y, Z are in head space (see `engine_bridge.scene`), from an origin that is the engine's own and fixed for its
character: shape and expression move them, the camera does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

TRUTH_CHANNELS = ("segmentation", "depth", "points")
SEGMENTS = ("background", "skin", "brows", "eyes", "lips", "inner_mouth", "nose", "ears", "hair", "neck")
"""Classes by index. Lashes count as eyes, a beard as hair, shoulders as neck, teeth and tongue as inner mouth."""
POINTS = 468
POINT_VALUES = 5

TruthMap = npt.NDArray[np.uint8] | npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RenderedScene:
    """Pictures with their truth: images (N, H, W, 3) sRGB uint8; each channel asked for, its layout after (N,)."""

    images: npt.NDArray[np.uint8]
    truth: Mapping[str, TruthMap] = field(default_factory=dict[str, TruthMap])


def truth_shape(channel: str, image_px: int) -> tuple[int, ...]:
    """The shape of one sample's map; KeyError for a channel that is not in TRUTH_CHANNELS."""
    square = (image_px, image_px)
    return {"segmentation": square, "depth": square, "points": (POINTS, POINT_VALUES)}[channel]


def truth_dtype(channel: str) -> np.dtype[Any]:
    """uint8 for classes, float32 for measures."""
    return np.dtype(np.uint8) if channel == "segmentation" else np.dtype(np.float32)


def truth_fault(channel: str, values: TruthMap | None, image_px: int) -> str:
    """What is wrong with one sample's map, as a sentence; "" for a good one."""
    shape, dtype = truth_shape(channel, image_px), truth_dtype(channel)
    if values is None:
        return f"The engine gave no {channel}, which was asked for."
    if values.shape != shape or values.dtype != dtype:
        return f"The engine's {channel} is {values.dtype} {values.shape}; {dtype} {shape} was asked for."
    if channel == "segmentation" and int(values.max()) >= len(SEGMENTS):
        return f"The engine's segmentation has class {int(values.max())}; 0 to {len(SEGMENTS) - 1} exist."
    if channel != "segmentation" and not bool(np.isfinite(values).all()):
        return f"The engine's {channel} has a value that is not finite."
    if channel == "depth" and float(values.min()) < 0:
        return f"The engine's depth has {float(values.min()):g} cm; 0 (nothing there) or more was expected."
    return ""
