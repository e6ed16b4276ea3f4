"""How well an imitator copies its engine while it is trained: explained change by regime, sweeps, PSNR and SSIM.

`core.evaluate.imitation` measures the finished one, in more respects.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.evaluate.imitation_measures import (
    Samples,
    changed_pixels,
    decibels,
    masked_mean,
    ssim_map,
    sweep_agreement,
    to_pictures,
)


@dataclass(frozen=True)
class RegimeFigures:
    """One regime's figures; `explained_change` is 1 - |G(p)-I(p)|^2 / |I(neutral)-I(p)|^2 over the head."""

    samples: int
    explained_change: float
    psnr_db: float
    ssim: float


@dataclass(frozen=True)
class ImitatorFigures:
    """Everything `evaluate_imitator` measures."""

    regimes: dict[str, RegimeFigures]
    sweep_correlation: float | None  # median over parameters
    sweep_correlation_p10: float | None  # the tenth percentile over parameters
    sweep_explained_change: float | None  # median over parameters
    weakest: tuple[tuple[str, float], ...]  # the ten parameters of lowest sweep correlation

    def to_dict(self) -> dict[str, object]:
        """The same as JSON-able values."""
        return asdict(self)


@torch.no_grad()
def evaluate_imitator(
    imitator: nn.Module,
    neutral: NDArray[np.uint8],
    regimes: dict[str, Samples],
    sweeps: Samples | None = None,
    names: tuple[str, ...] = (),
    mask: NDArray[np.bool_] | None = None,
    block: int = 16,
) -> ImitatorFigures:
    """Judge `imitator` on engine renders that are passed in, so that no engine is needed here.

    `neutral` (256, 256, 3) uint8; each regime is parameters (N, P) and images (N, 256, 256, 3) uint8;
    `sweeps` has rows 2j and 2j + 1 with only parameter j moved to its minimum and maximum;
    `mask` (256, 256) limits everything to the head, default all pixels that any of these images changes.
    """
    mask = changed_pixels(neutral, [images for _, images in regimes.values()]) if mask is None else mask
    device = next(imitator.parameters()).device
    area = torch.from_numpy(mask).to(device)
    base = to_pictures(neutral[None]).to(device)
    training = imitator.training
    imitator.eval()
    figures: dict[str, RegimeFigures] = {}
    for regime, (parameters, images) in regimes.items():
        errors, changes, likeness = [], [], []
        for i in range(0, len(parameters), block):
            guess = imitator(torch.from_numpy(parameters[i : i + block]).to(device))
            target = to_pictures(images[i : i + block]).to(device)
            errors.append(masked_mean(torch.square(guess - target), area))
            changes.append(masked_mean(torch.square(base - target), area))
            likeness.append(masked_mean(ssim_map(guess, target), area))
        error, change = torch.cat(errors), torch.cat(changes)
        explained = 1.0 - float(error.sum() / change.sum().clamp_min(1e-12))
        psnr = float(decibels(error).mean())
        figures[regime] = RegimeFigures(len(parameters), explained, psnr, float(torch.cat(likeness).mean()))
    correlation = p10 = swept = None
    weakest: tuple[tuple[str, float], ...] = ()
    if sweeps is not None:
        found = sweep_agreement(imitator, base, sweeps, area)
        r = _filled(found.correlation)
        correlation, p10 = float(np.median(r)), float(np.quantile(r, 0.1))
        swept = float(np.median(found.explained_change[~np.isnan(found.explained_change)]))
        labels = names or tuple(str(j) for j in range(len(r)))
        weakest = tuple((labels[j], round(float(r[j]), 3)) for j in np.argsort(r)[:10])
    imitator.train(training)
    return ImitatorFigures(figures, correlation, p10, swept, weakest)


def _filled(r: NDArray[np.float64]) -> NDArray[np.float64]:
    """Parameters that change nothing in the picture count as the median one."""
    still = np.isnan(r)
    return np.where(still, 1.0, r) if still.all() else np.where(still, np.nanmedian(r), r)
