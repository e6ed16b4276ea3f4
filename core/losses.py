"""The losses of the method, equations 1 to 12 of the paper, each with the choices that the paper leaves open.

Parameters enter in *half-range units*: measured from the default and divided by the larger half-range, so that
every schema looks like [-1, 1]. Images are (B, 3, H, W) in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

# Gaussian kernels of these multiples of the median distance, averaged: one width misses either near or far detail.
MMD_SCALES = (0.5, 1.0, 2.0)


def imitation_loss(drawn: Tensor, image: Tensor, weights: Tensor | None = None) -> Tensor:
    """Equation 1, E |G(p) - I|^2: the squared norm is taken as the mean over pixels and channels.

    `weights` (B,) emulate another distribution of p; see `core.train.imitator.imitation_weights`.
    """
    error = torch.square(drawn - image).mean(dim=(1, 2, 3))
    return error.mean() if weights is None else (error * weights).mean()


def restored_pixel_loss(drawn: Tensor, image: Tensor, unit: float) -> Tensor:
    """Equation 3, L_param = E |G(R(D(E(I_t)))) - I_t|^2, in units of `unit`.

    The paper does not say whether its norm is a sum or a mean over pixels, which decides how L_param weighs
    against the other losses. Here `unit` is the mean squared change of the training renders from the neutral
    one: 1 means "as good as always drawing the neutral character", 0 means exact.
    """
    return torch.square(drawn - image).mean() / unit


def squared_mmd(x: Tensor, y: Tensor, median: Tensor | None = None) -> Tensor:
    """Squared maximum mean discrepancy of samples x (N, D) and y (M, D) with Gaussian kernels (equations 6, 7).

    The biased estimate, which is the squared distance of the mean embeddings and never negative. The paper leaves
    the bandwidth open; here 2 sigma^2 is `median` times each of MMD_SCALES, and `median` (default) is the median
    squared distance between different samples of x and y together: the median heuristic. No gradient flows
    through it, or spreading the samples out would lower the loss.
    """
    both = torch.cat([x, y])
    distance = _squared_distances(both)
    if median is None:
        apart = ~torch.eye(len(both), dtype=torch.bool, device=both.device)
        median = distance.detach()[apart].median()
    median = median.clamp_min(1e-8)
    kernel = torch.stack([torch.exp(-distance / (scale * median)) for scale in MMD_SCALES]).mean(0)
    n = len(x)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2.0 * kernel[:n, n:].mean()


def domain_loss(f_source: Tensor, f_target: Tensor, p_source: Tensor, p_target: Tensor) -> Tensor:
    """Equation 6: squared MMD between photos and renders in the feature space f plus that in parameter space."""
    return squared_mmd(f_source, f_target) + squared_mmd(p_source, p_target)


def contrastive_loss(query: Tensor, positive: Tensor, people: Tensor, temperature: float = 0.07) -> Tensor:
    """Equation 8: InfoNCE in parameter space, query (B, P) against positive (B, P) of the same person.

    Negatives are the positives of the *other* people in the batch (`people` (B,) says who is who; a second pair
    of the same person is neither positive nor negative). The paper does not say whether p is normalised; with
    tau = 0.07 only unit vectors make sense, so both sides are L2-normalised. Each pair is used in both directions.
    """
    a, b = F.normalize(query, dim=1), F.normalize(positive, dim=1)
    logits = a @ b.t() / temperature
    same = people[:, None] == people[None, :]
    other = same & ~torch.eye(len(a), dtype=torch.bool, device=a.device)
    logits = logits.masked_fill(other, float("-inf"))
    target = torch.arange(len(a), device=a.device)
    return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target))


def geometry_loss(drawn: Tensor, photo: Tensor, drawn_mean: Tensor, photo_mean: Tensor, unit: float) -> Tensor:
    """Equation 9, L_3d = E |F_3d(I_s') - F_3d(I_s)|^2 of (B, 468, 3) meshes in cm with pose removed.

    Each side is taken from its own domain's mean (468, 3): renders and photos differ by a constant that says
    nothing about the person. `unit` (cm^2) is the photos' mean squared distance from their mean, so that 1 is what
    the mean face scores.
    """
    return torch.square((drawn - drawn_mean) - (photo - photo_mean)).sum(-1).mean() / unit


def identity_loss(drawn: Tensor, photo: Tensor, drawn_mean: Tensor, photo_mean: Tensor) -> Tensor:
    """Equation 10, L_id = E [1 - cos(F_id(I_s'), F_id(I_s))] of (B, 128) embeddings.

    Each side is taken from its own domain's mean (128,): dlib's space is not centred, and the shader looks like
    the same "person" in every render.
    """
    return 1.0 - F.cosine_similarity(drawn - drawn_mean, photo - photo_mean, dim=1).mean()


def appearance_loss(drawn: Tensor, photo: Tensor, drawn_mean: Tensor, photo_mean: Tensor, unit: float) -> Tensor:
    """Our addition: squared difference of regional colours (B, R, 3), each from its own domain's mean (R, 3).

    F_id is blind to colour by design and F_3d sees none, so nothing else tells R how light the skin or how dark
    the brows are. `unit` is the photos' mean squared deviation.
    """
    return torch.square((drawn - drawn_mean) - (photo - photo_mean)).mean() / unit


@dataclass(frozen=True)
class Weights:
    """Lambdas of equation 12, those of equations 4 and 5, and the weights of our additions."""

    restored: float = 1.0
    domain: float = 0.01
    contrastive: float = 0.02
    consistency: float = 0.02
    beta: float = 0.25
    parameter: float = 0.0
    appearance: float = 0.0
    prior: float = 0.0
    suggestion: float = 0.0


@dataclass
class Terms:
    """The losses of one step; None where a step does not compute one."""

    pixel: Tensor | None = None  # equation 3
    codebook: Tensor | None = None  # equation 4
    domain: Tensor | None = None  # equation 6
    contrastive: Tensor | None = None  # equation 8
    geometry: Tensor | None = None  # equation 9
    identity: Tensor | None = None  # equation 10
    parameter: Tensor | None = None  # ours
    appearance: Tensor | None = None  # ours
    prior: Tensor | None = None  # ours
    suggestion: Tensor | None = None  # ours

    def total(self, weights: Weights) -> Tensor:
        """Equation 12 with equations 5 (restored = pixel + beta * codebook) and 11 (consistency = 3d + id), plus
        our additions with their weights."""
        parts = (
            (weights.restored, self.pixel),
            (weights.restored * weights.beta, self.codebook),
            (weights.domain, self.domain),
            (weights.contrastive, self.contrastive),
            (weights.consistency, self.geometry),
            (weights.consistency, self.identity),
            (weights.parameter, self.parameter),
            (weights.appearance, self.appearance),
            (weights.prior, self.prior),
            (weights.suggestion, self.suggestion),
        )
        present = [weight * term for weight, term in parts if term is not None and weight != 0.0]
        if not present:
            raise ValueError("A step without any weighted loss has nothing to learn from.")
        return torch.stack(present).sum()

    def numbers(self) -> dict[str, float]:
        """The computed losses by name, for the log."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: float(value.detach()) for name, value in values.items() if value is not None}


def _squared_distances(x: Tensor) -> Tensor:
    """(N, D) -> (N, N), from differences of norms, clamped at zero against rounding."""
    square = x.square().sum(1)
    return (square[:, None] + square[None, :] - 2.0 * x @ x.t()).clamp_min(0.0)
