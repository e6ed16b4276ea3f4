"""Suggested parameters for photos: a linear map from what the frozen networks see to parameters, fitted on renders.

Our addition to the paper. On renders the parameters are known, so a ridge regression from their frozen features
(F_id embedding, F_3d geometry, regional colours) to parameters can be solved exactly. Photos have the same features.
Each domain's own mean is taken off first, because the constant difference between real skin and a shader says
nothing about a person. The suggestions teach R where photos should land long before gradients through the imitator
would; the paper's losses then refine.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine_bridge.errors import DatasetError

RIDGES = (30.0, 100.0, 300.0, 1_000.0, 3_000.0)  # tried on a held-out fifth of the renders
GEOMETRY_DIRECTIONS = 60  # principal directions of the renders' geometry that are kept
COLOUR_FLOOR = 0.03  # added before the logarithm: pigment multiplies light, and black has no logarithm
MIN_RENDERS = 200


@dataclass(frozen=True)
class FaceFeatures:
    """What the frozen networks say of N faces of one domain."""

    embeddings: Tensor  # (N, 128), F_id
    geometry: Tensor  # (N, 468, 3) cm, F_3d
    colours: Tensor  # (N, R, 3) in [0, 1]

    def centred(self) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 128), (N, 1404) and (N, 3R) in double precision, each less its mean over these faces."""
        colours = torch.log(self.colours.double().flatten(1).clamp_min(0.0) + COLOUR_FLOOR)
        parts = self.embeddings.double(), self.geometry.double().flatten(1), colours
        return tuple(part - part.mean(0) for part in parts)  # type: ignore[return-value]


@dataclass(frozen=True)
class Suggestions:
    """Parameters suggested for photos, and how well the same map predicts renders it was not fitted on."""

    parameters: Tensor  # (M, P) in half-range units, each in [-1, 1]
    explained: float  # share of the held-out renders' parameter variance, mean over parameters
    ridge: float


def suggest_parameters(renders: FaceFeatures, parameters: Tensor, photos: FaceFeatures) -> Suggestions:
    """Fit on renders with parameters (N, P) in half-range units; suggest for photos.

    Raises DatasetError when there are too few renders to fit on.
    """
    if len(parameters) < MIN_RENDERS:
        raise DatasetError(
            f"Only {len(parameters)} renders have features to learn suggestions from, at least {MIN_RENDERS} are"
            " needed; run `facebridge train constants` with more --samples."
        )
    embedding, geometry, colour = renders.centred()
    directions = torch.linalg.svd(geometry, full_matrices=False).Vh[:GEOMETRY_DIRECTIONS].t()
    # Units come from the renders, so that a photo's larger spread stays a larger spread.
    units = (embedding.std(), (geometry @ directions).std(0).mean(), colour.std(0).clamp_min(1e-6))
    x = _rows((embedding, geometry @ directions, colour), units)
    y = parameters.double() - parameters.double().mean(0)
    held = torch.arange(len(x)) % 5 == 4
    left = {ridge: float((x[held] @ _solve(x[~held], y[~held], ridge) - y[held]).square().mean()) for ridge in RIDGES}
    best = min(left, key=lambda ridge: left[ridge])
    embedding, geometry, colour = photos.centred()
    suggested = _rows((embedding, geometry @ directions, colour), units) @ _solve(x, y, best)
    neutral = parameters.double().mean(0)
    return Suggestions(
        (suggested + neutral).clamp(-1.0, 1.0).float(), 1.0 - left[best] / float(y[held].square().mean()), best
    )


def _rows(parts: tuple[Tensor, Tensor, Tensor], units: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    return torch.cat([part / unit for part, unit in zip(parts, units, strict=True)], dim=1)


def _solve(x: Tensor, y: Tensor, ridge: float) -> Tensor:
    gram = x.t() @ x + ridge * torch.eye(x.shape[1], dtype=x.dtype)
    return torch.linalg.solve(gram, x.t() @ y)
