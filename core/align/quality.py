"""Judges aligned photos before anything is learned from them: too small, too blurred, turned too far, doubtful."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

# Rows and columns of the 256-px aligned face between brows, cheeks and mouth: no hair, no background.
_FACE = (slice(80, 208), slice(64, 192))
_BLOCK = 64


@dataclass(frozen=True)
class QualityLimits:
    """What a photo must reach to be learned from; 0 (180 for the turn) switches a limit off.

    Of 3,478 web portraits the defaults drop 15 as too blurred and 31 as turned too far; a sharp portrait reduced to a
    quarter (64 px) has a sharpness of 0.004 to 0.008.
    """

    face_px: float = 60.0  # least width or height of the face in the photo
    sharpness: float = 0.006  # least root mean square of the finest detail; see `sharpness`
    yaw_deg: float = 45.0  # furthest turn to either side
    presence: float = 0.8  # least probability, by the landmarker, that its crop shows a face

    @classmethod
    def none(cls) -> QualityLimits:
        """Limits that every photo keeps."""
        return cls(0.0, 0.0, 180.0, 0.0)


def sharpness(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Aligned faces (N, 256, 256, 3) -> (N,) root mean square, in [0, 1], of the detail that halving loses.

    It falls with blur and with enlargement alike, and is read inside the face only.
    """
    found: list[NDArray[np.float32]] = []
    for start in range(0, len(images), _BLOCK):
        block = torch.from_numpy(np.ascontiguousarray(images[start : start + _BLOCK, *_FACE]))
        grey = block.float().mean(-1)[:, None] / 255
        small = F.interpolate(F.avg_pool2d(grey, 2), scale_factor=2, mode="bilinear", align_corners=False)
        found.append((grey - small).square().mean((1, 2, 3)).sqrt().numpy())
    return np.concatenate(found) if found else np.zeros(0, np.float32)


@dataclass(frozen=True)
class Quality:
    """What is known of N aligned photos; None where the cache is from before it was measured."""

    sharpness: NDArray[np.float32]
    yaw_deg: NDArray[np.float32]
    face_px: NDArray[np.float32] | None = None
    presence: NDArray[np.float32] | None = None

    def faults(self, limits: QualityLimits) -> list[str]:
        """For each photo the first reason why it is dropped, or an empty string."""
        tests: list[tuple[str, NDArray[np.bool_]]] = []
        if self.face_px is not None:
            tests.append(("too small", self.face_px < limits.face_px))
        if self.presence is not None:
            tests.append(("hardly a face", self.presence < limits.presence))
        tests.append(("turned too far", np.abs(self.yaw_deg) > limits.yaw_deg))
        tests.append(("too blurred", self.sharpness < limits.sharpness))
        return [next((reason for reason, bad in tests if bad[row]), "") for row in range(len(self.yaw_deg))]


def counted(faults: list[str]) -> dict[str, int]:
    """How many photos are dropped for each reason."""
    return dict(Counter(reason for reason in faults if reason))


def told(counts: dict[str, int], total: int) -> str:
    """One sentence about what was dropped, for the user."""
    dropped = sum(counts.values())
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items(), key=lambda pair: -pair[1]))
    return f"{dropped} of {total} aligned photos are not learned from" + (f": {why}." if why else ".")
