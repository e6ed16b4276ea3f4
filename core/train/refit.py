"""Solves R's last layer exactly: a ridge regression from the feature f to the parameters that are wanted of each face.

Our addition, for short trainings: E, D and the convolutions of R are learned step by step, but the last layer's best
weights for them follow from one linear system. Wanted are the true parameters for renders and the suggested ones
(core.models.reader) for photos, so both domains share one last layer, as they share the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.models.regressor import Reconstructor

RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0)
LARGEST = 0.97  # of the range, where tanh is inverted: beyond, z would run away


@dataclass(frozen=True)
class Refit:
    """What the new last layer explains of the wanted parameters on a fifth that it was not fitted on."""

    faces: int
    explained: float  # share of variance, all parameters together
    before: float  # the same of the layer that was replaced
    ridge: float


@torch.no_grad()
def features(model: Reconstructor, images: Iterable[Tensor], report: Callable[[int], None] | None = None) -> Tensor:
    """Batches of images (B, 3, 256, 256) -> f (N, 1024)."""
    training = model.training
    model.eval()
    parts: list[Tensor] = []
    for batch in images:
        parts.append(model.reconstruct(batch).feature.cpu())
        if report:
            report(sum(len(part) for part in parts))
    model.train(training)
    return torch.cat(parts)


@torch.no_grad()
def refit_head(model: Reconstructor, f: Tensor, wanted: Tensor, weights: Tensor, groups: Tensor) -> Refit:
    """Replace the weights of `model.regressor.head`.

    f (N, 1024); wanted (N, P) in half-range units of a schema whose defaults lie midway; weights (N,) of the faces;
    groups (N,) int64: faces of one person share a number, and people are held out whole to choose the ridge.
    """
    head = model.regressor.head
    target = torch.atanh(wanted.double().clamp(-LARGEST, LARGEST))
    held = groups % 5 == 4
    rows, share = f.double(), weights.double()[:, None]
    scored = {ridge: _solve(rows[~held], target[~held], share[~held], ridge) for ridge in RIDGES}
    left = {ridge: _left(rows[held] @ w + b, target[held], share[held]) for ridge, (w, b) in scored.items()}
    best = min(left, key=lambda ridge: left[ridge])
    before = _left(rows[held] @ head.weight.double().t() + head.bias.double(), target[held], share[held])
    weight, bias = _solve(rows, target, share, best)
    head.weight.copy_(weight.t().float())
    head.bias.copy_(bias.float())
    mean = (target[~held] * share[~held]).sum(0) / share[~held].sum()
    still = _left(mean.expand_as(target[held]), target[held], share[held])
    return Refit(len(f), 1.0 - left[best] / still, 1.0 - before / still, best)


@torch.no_grad()
def widen_head(model: Reconstructor, f: Tensor, factor: float) -> None:
    """Move every answer `factor` times as far from the mean answer to the photos with features f (N, 1024).

    Least squares answers to what it cannot see with the mean, so that people come out as each other's siblings; this
    gives back some of the spread without changing whose answer lies nearest to whose.
    """
    head = model.regressor.head
    mean = (f @ head.weight.t() + head.bias).mean(0)
    head.weight.mul_(factor)
    head.bias.mul_(factor).add_((1.0 - factor) * mean)


def _left(guess: Tensor, target: Tensor, share: Tensor) -> float:
    return float(((guess - target).square() * share).mean())


def _solve(rows: Tensor, target: Tensor, share: Tensor, ridge: float) -> tuple[Tensor, Tensor]:
    total = share.sum()
    row_mean, target_mean = (rows * share).sum(0) / total, (target * share).sum(0) / total
    centred = rows - row_mean
    gram = centred.t() @ (centred * share) + ridge * torch.eye(rows.shape[1], dtype=rows.dtype)
    weight = torch.linalg.solve(gram, centred.t() @ ((target - target_mean) * share))
    return weight, target_mean - row_mean @ weight
