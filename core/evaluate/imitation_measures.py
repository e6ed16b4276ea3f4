"""Measures of one picture against another that judge an imitator: squared error over the head, SSIM, and sweeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Draw = Callable[[Tensor], Tensor]
"""Parameters (B, P) -> pictures (B, 3, 256, 256) in [0, 1]: an imitator."""
Samples = tuple[NDArray[np.float32], NDArray[np.uint8]]
"""Parameters (N, P) and the engine's renders of them (N, 256, 256, 3)."""


@dataclass(frozen=True)
class SweepAgreement:
    """How an imitator's change follows the engine's when one parameter goes to its ends, (P,) each; NaN for a
    parameter that changes no pixel.

    correlation: uncentred, of G(p) - G(neutral) with I(p) - I(neutral), both ends together. explained_change: of the
    same two differences.
    """

    correlation: NDArray[np.float64]
    explained_change: NDArray[np.float64]


def to_pictures(images: NDArray[np.uint8]) -> Tensor:
    """(B, H, W, 3) uint8 -> (B, 3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div_(255.0)


def changed_pixels(neutral: NDArray[np.uint8], stacks: list[NDArray[np.uint8]]) -> NDArray[np.bool_]:
    """(H, W) pixels that differ from `neutral` by more than 2/255 in any image of `stacks`: where the head can be."""
    mask = np.zeros(neutral.shape[:2], bool)
    base = neutral.astype(np.int16)
    for images in stacks:
        for image in images:
            mask |= np.abs(image.astype(np.int16) - base).max(axis=2) > 2
    return mask


def masked_mean(values: Tensor, area: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B,) mean over the pixels of `area` (H, W) and the channels."""
    return values[..., area].mean(dim=(1, 2))


def decibels(error: Tensor) -> Tensor:
    """Mean squared errors of pictures in [0, 1] -> PSNR in dB, at most 100."""
    return -10.0 * torch.log10(error.clamp_min(1e-10))


def ssim_map(a: Tensor, b: Tensor, window: int = 7) -> Tensor:
    """(B, 3, H, W) in [0, 1] twice -> SSIM of each pixel and channel (uniform 7 x 7 window, as in skimage)."""
    pad = window // 2

    def mean(x: Tensor) -> Tensor:
        # Sums of shifted rows, then columns: on a CPU a fifteenth of avg_pool2d's time.
        wide = F.pad(x.contiguous(), (pad, pad, pad, pad), mode="reflect")
        high = sum((wide[..., k : k + x.shape[-1]] for k in range(1, window)), wide[..., : x.shape[-1]])
        return (
            sum((high[..., k : k + x.shape[-2], :] for k in range(1, window)), high[..., : x.shape[-2], :]) / window**2
        )

    ma, mb = mean(a), mean(b)
    correction = window**2 / (window**2 - 1)
    va = correction * (mean(a * a) - ma * ma)
    vb = correction * (mean(b * b) - mb * mb)
    vab = correction * (mean(a * b) - ma * mb)
    c1, c2 = 0.01**2, 0.03**2
    return ((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))


@torch.no_grad()
def sweep_agreement(draw: Draw, base: Tensor, sweeps: Samples, area: Tensor) -> SweepAgreement:
    """`base` (1, 3, H, W) is the engine's neutral picture; `sweeps` has rows 2j and 2j + 1 with only parameter j
    moved, to its minimum and its maximum; `area` (H, W) bool is the head."""
    parameters, images = sweeps
    device = base.device
    default = np.median(parameters, axis=0, keepdims=True).astype(np.float32)
    start = draw(torch.from_numpy(default).to(device))
    correlations: list[float] = []
    explained: list[float] = []
    for j in range(0, len(parameters), 2):
        target = to_pictures(images[j : j + 2]).to(device) - base
        guess = draw(torch.from_numpy(parameters[j : j + 2]).to(device)) - start
        a, b = guess[..., area].flatten().double(), target[..., area].flatten().double()
        seen = float(b.square().sum()) > 0.0
        correlations.append(float((a @ b) / (a.norm() * b.norm()).clamp_min(1e-12)) if seen else np.nan)
        explained.append(1.0 - float((a - b).square().sum() / b.square().sum()) if seen else np.nan)
    return SweepAgreement(np.array(correlations), np.array(explained))
