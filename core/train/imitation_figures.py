"""How well an imitator copies its engine: explained change by regime, sweep correlation, PSNR and SSIM."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core.train.captures import to_float


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


Samples = tuple[NDArray[np.float32], NDArray[np.uint8]]


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
    base = to_float(torch.from_numpy(neutral[None]).to(device))
    training = imitator.training
    imitator.eval()
    figures: dict[str, RegimeFigures] = {}
    for regime, (parameters, images) in regimes.items():
        errors, changes, likeness = [], [], []
        for i in range(0, len(parameters), block):
            guess = imitator(torch.from_numpy(parameters[i : i + block]).to(device))
            target = to_float(torch.from_numpy(np.ascontiguousarray(images[i : i + block])).to(device))
            errors.append(_masked(torch.square(guess - target), area))
            changes.append(_masked(torch.square(base - target), area))
            likeness.append(_masked(ssim_map(guess, target), area))
        error, change = torch.cat(errors), torch.cat(changes)
        explained = 1.0 - float(error.sum() / change.sum().clamp_min(1e-12))
        psnr = float((-10.0 * torch.log10(error.clamp_min(1e-10))).mean())
        figures[regime] = RegimeFigures(len(parameters), explained, psnr, float(torch.cat(likeness).mean()))
    correlation = p10 = swept = None
    weakest: tuple[tuple[str, float], ...] = ()
    if sweeps is not None:
        r, e = _sweep_figures(imitator, base, sweeps, area)
        correlation, p10, swept = float(np.median(r)), float(np.quantile(r, 0.1)), float(np.median(e))
        labels = names or tuple(str(j) for j in range(len(r)))
        weakest = tuple((labels[j], round(float(r[j]), 3)) for j in np.argsort(r)[:10])
    imitator.train(training)
    return ImitatorFigures(figures, correlation, p10, swept, weakest)


def _sweep_figures(
    imitator: nn.Module, base: Tensor, sweeps: Samples, area: Tensor
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per parameter: correlation (uncentred) of G(p) - G(0) with I(p) - I(0) over both ends, and explained change.

    A parameter whose ends change nothing in the picture is left out.
    """
    parameters, images = sweeps
    device = base.device
    default = np.median(parameters, axis=0, keepdims=True).astype(np.float32)
    start = imitator(torch.from_numpy(default).to(device))
    correlations, explained = [], []
    for j in range(0, len(parameters), 2):
        target = to_float(torch.from_numpy(np.ascontiguousarray(images[j : j + 2])).to(device)) - base
        guess = imitator(torch.from_numpy(parameters[j : j + 2]).to(device)) - start
        a, b = guess[..., area].flatten().double(), target[..., area].flatten().double()
        if float(b.square().sum()) == 0.0:
            correlations.append(np.nan)
            explained.append(np.nan)
            continue
        correlations.append(float((a @ b) / (a.norm() * b.norm()).clamp_min(1e-12)))
        explained.append(1.0 - float((a - b).square().sum() / b.square().sum()))
    r, e = np.array(correlations), np.array(explained)
    still = np.isnan(r)
    return np.where(still, 1.0, r) if still.all() else np.where(still, np.nanmedian(r), r), e[~still]


def changed_pixels(neutral: NDArray[np.uint8], stacks: list[NDArray[np.uint8]]) -> NDArray[np.bool_]:
    """(H, W) pixels that differ from `neutral` by more than 2/255 in any image of `stacks`."""
    mask = np.zeros(neutral.shape[:2], bool)
    base = neutral.astype(np.int16)
    for images in stacks:
        for image in images:
            mask |= np.abs(image.astype(np.int16) - base).max(axis=2) > 2
    return mask


def ssim_map(a: Tensor, b: Tensor, window: int = 7) -> Tensor:
    """(B, 3, H, W) in [0, 1] twice -> SSIM of each pixel and channel (uniform 7 x 7 window, as in skimage)."""
    pad = window // 2

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(x, (pad, pad, pad, pad), mode="reflect"), window, stride=1)

    ma, mb = mean(a), mean(b)
    correction = window**2 / (window**2 - 1)
    va = correction * (mean(a * a) - ma * ma)
    vb = correction * (mean(b * b) - mb * mb)
    vab = correction * (mean(a * b) - ma * mb)
    c1, c2 = 0.01**2, 0.03**2
    return ((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))


def _masked(values: Tensor, area: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B,) mean over the pixels of `area` (H, W) and the channels."""
    return values[..., area].mean(dim=(1, 2))
