"""Refines a reading: gradient search through the imitator for parameters whose picture says what the photo says.

The search of F2P (Shi et al., "Face-to-Parameter Translation for Game Character Auto-Creation", ICCV 2019, equations 1
to 5), with the reader's features in place of theirs: embedding, geometry without expression, and regional colours of
the drawn character shall differ from its group's archetype as the photo differs from its group's average photo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.bundle import Bundle
from core.models.reader import log_colours
from core.perception.appearance import hair_colours, region_colours
from core.perception.features import FaceFeatures
from core.perception.geometry import LandmarkNet, crop_by_points, points5
from core.perception.identity import IdentityNet, face_chips
from engine_bridge.errors import InputError

MOST_STEPS = 1_000


@dataclass(frozen=True)
class RefineConfig:
    """What the search weighs; chosen on people held out of training, see docs/benchmarks.md."""

    steps: int = 50
    rate: float = 0.02  # of Adam, in half-range units
    identity: float = 1.0  # of 1 - cosine of the embeddings
    geometry: float = 0.02  # of the mean squared difference of the geometry's directions, cm²
    colour: float = 1.0  # of the mean squared difference of the logarithms of regional colours
    stay: float = 1.0  # of the mean squared distance from where the search began, in half-range units


@dataclass(frozen=True)
class Refined:
    """The best parameters met, (P,) in half-range units, and the loss at the start, at the best, and the steps done."""

    parameters: Tensor
    loss_before: float
    loss_after: float
    steps: int


class Refiner:
    """A bundle's imitator and reader, ready to search; one face at a time."""

    def __init__(self, bundle: Bundle, landmark_net: LandmarkNet, identity_net: IdentityNet) -> None:
        self._imitator, self._reader = bundle.imitator.eval(), bundle.reader.eval()
        self._landmark_net, self._identity_net = landmark_net, identity_net
        self._weight, self._bias = bundle.constants["landmark_weight"], bundle.constants["landmark_bias"]
        with torch.no_grad():
            self._archetypes = self._drawn(self._reader.archetype)

    def refine(
        self,
        faces: FaceFeatures,
        start: Tensor | None = None,
        config: RefineConfig | None = None,
        stop: Callable[[int], bool] = lambda step: False,
    ) -> Refined:
        """Search from `start` (P,) in half-range units (default: what the reader says) for one photo's features.

        `stop(step)` is asked before every step. Raises InputError for a number of steps out of range.
        """
        config = config or RefineConfig()
        if not 0 <= config.steps <= MOST_STEPS:
            raise InputError(f"The number of refine steps is {config.steps}, expected 0 to {MOST_STEPS}.")
        with torch.no_grad():
            reading = self._reader(faces)
            first = (reading.parameters if start is None else start[None]).clone()
            apart = self._reader.rows(faces) - reading.groups @ self._reader.feature_mean
            wanted = reading.groups @ self._archetypes
        held = (reading.groups @ self._reader.gain) > 0
        parameters = first.clone().requires_grad_(True)
        optimizer = torch.optim.Adam([parameters], config.rate)
        best, best_loss, before, done = first[0], float("inf"), float("nan"), 0
        for step in range(config.steps + 1):
            if step and stop(step):
                break
            loss = self._loss(parameters, first, apart, wanted, config)
            value = float(loss.detach())
            before = value if step == 0 else before
            if value < best_loss:
                best, best_loss = parameters.detach()[0].clone(), value
            done = step
            if step == config.steps:
                break
            optimizer.zero_grad()
            loss.backward()
            assert parameters.grad is not None
            parameters.grad *= held  # what an archetype holds stays as it is
            optimizer.step()
            with torch.no_grad():
                parameters.clamp_(-1.0, 1.0)
        return Refined(best, before, best_loss, done)

    def _loss(self, parameters: Tensor, first: Tensor, apart: Tensor, wanted: Tensor, config: RefineConfig) -> Tensor:
        difference = self._drawn(parameters) - wanted
        size, shapes = self._reader.embedding_mean.numel(), self._reader.directions.shape[1]
        cosine = torch.cosine_similarity(difference[:, :size], apart[:, :size])
        error = difference[:, size:] - apart[:, size:]
        return (
            config.identity * (1.0 - cosine).mean()
            + config.geometry * error[:, :shapes].square().mean()
            + config.colour * error[:, shapes:].square().mean()
            + config.stay * (parameters - first).square().mean()
        )

    def _drawn(self, parameters: Tensor) -> Tensor:
        """(B, P) in half-range units -> features (B, F) of the imitator's picture, placed by the map to landmarks."""
        picture = self._imitator.linear(self._imitator.default + parameters / self._imitator.scale)
        points = torch.einsum("bp,pkc->bkc", parameters.detach(), self._weight) + self._bias
        chips = face_chips(picture, points5(points), antialias=False)
        landmarks, _ = self._landmark_net.landmarks(crop_by_points(picture, points, antialias=False))
        return torch.cat(
            [
                self._identity_net(chips),
                self._reader.shape(FaceFeatures(chips, self._landmark_net.canonical(landmarks), chips, chips)),
                log_colours(region_colours(picture, points), hair_colours(picture, points)),
            ],
            dim=1,
        )
