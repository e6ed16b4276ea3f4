"""Refines a reading: gradient search through the imitator for parameters whose picture says what the photo says.

The search of F2P (Shi et al., "Face-to-Parameter Translation for Game Character Auto-Creation", ICCV 2019, equations 1
to 5), with the reader's features in place of theirs: embedding, geometry without expression, and regional colours of
the drawn character shall differ from its group's archetype as the photo differs from its group's average photo.
"""

from __future__ import annotations

import copy
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
from engine_bridge.errors import BundleError, InputError

MOST_STEPS = 1_000
_LEAST_FACE_PX = 8.0


@dataclass(frozen=True)
class RefineConfig:
    """What the search weighs; chosen on people held out of training, see docs/benchmarks.md."""

    steps: int = 50
    rate: float = 0.02  # of Adam, in half-range units; at most
    # Adam's steps are as long as its rate. Searches that travel further than this please the networks that they are
    # searched by, and look less like the person to others: a longer search takes finer steps instead.
    travel: float = 0.4
    identity: float = 1.0  # of 1 - cosine of the embeddings
    geometry: float = 0.02  # of the mean squared difference of the geometry's directions, cm²
    colour: float = 1.0  # of the mean squared difference of the logarithms of regional colours
    stay: float = 1.0  # of the mean squared distance from where the search began, in half-range units
    # The landmark network costs a third of a step, and its term changes slowly: it is asked at every so many steps,
    # weighs so much more there, and keeps its last value in between.
    geometry_every: int = 3


@dataclass(frozen=True)
class Target:
    """What a search aims at: how the photo differs from its group's average photo, (1, F), and the groups (1, G)."""

    apart: Tensor
    groups: Tensor


@dataclass(frozen=True)
class Refined:
    """The best parameters met, (P,) in half-range units, and the loss at the start, at the best, and the steps done."""

    parameters: Tensor
    loss_before: float
    loss_after: float
    steps: int


class Refiner:
    """A bundle's imitator and reader, ready to search; one face at a time, several threads may search at once.

    Raises BundleError for a bundle whose landmarks lie in one place.
    """

    def __init__(self, bundle: Bundle, landmark_net: LandmarkNet, identity_net: IdentityNet) -> None:
        self._imitator, self._device = bundle.imitator.eval(), bundle.imitator.default.device
        # A copy of its own there: photos are read on the CPU.
        self._reader = copy.deepcopy(bundle.reader).to(self._device).eval()
        self._landmark_net, self._identity_net = landmark_net, identity_net
        self._weight = bundle.constants["landmark_weight"].to(self._device)
        self._bias = bundle.constants["landmark_bias"].to(self._device)
        # A chip of no extent is sampled at no finite place, and torch's backward pass then reads outside its memory.
        if not bool((self._bias.amax(0) - self._bias.amin(0) > _LEAST_FACE_PX).all()):
            raise BundleError("The bundle's map from parameters to landmarks shows no face; fit its constants again.")
        with torch.no_grad():
            self._archetypes = self.features(self._imitated(self._reader.archetype), self._reader.archetype)

    @torch.no_grad()
    def target(self, faces: FaceFeatures, groups: Tensor | None = None) -> Target:
        """What one photo's features ask for, around `groups` (1, G) or those the face looks like."""
        faces = faces.to(self._device)
        shares = self._reader(faces, None if groups is None else groups.to(self._device)).groups
        return Target(self._reader.rows(faces) - shares @ self._reader.feature_mean, shares)

    def refine(
        self,
        faces: FaceFeatures,
        start: Tensor | None = None,
        config: RefineConfig | None = None,
        stop: Callable[[int], bool] = lambda step: False,
        *,
        groups: Tensor | None = None,
        free: Tensor | None = None,
        partners: Tensor | None = None,
        progress: Callable[[Refined], None] = lambda best: None,
    ) -> Refined:
        """Search from `start` (P,) in half-range units (default: what the reader says) for one photo's features.

        `stop(step)` is asked before every step, `progress` is told the best so far after it. `free` (P,) bool: what may
        move (default: all). `partners` (P,) indices: pairs that are kept equal. Raises InputError for a number of
        steps out of range.
        """
        config = config or RefineConfig()
        if not 0 <= config.steps <= MOST_STEPS:
            raise InputError(f"The number of refine steps is {config.steps}, expected 0 to {MOST_STEPS}.")
        target = self.target(faces, groups)
        with torch.no_grad():
            wanted = target.groups @ self._archetypes
            read = self._reader(faces.to(self._device), target.groups).parameters if start is None else start[None]
            first = read.to(self._device, copy=True)
            moving = ((target.groups @ self._reader.gain) > 0).float()  # what an archetype holds stays as it is
            if free is not None:
                moving = moving * free.to(self._device).float()
        parameters = first.clone().requires_grad_(True)
        optimizer = torch.optim.Adam([parameters], min(config.rate, config.travel / max(1, config.steps)))
        pairs = None if partners is None else partners.to(self._device)
        best, best_loss, before, done, geometry = first[0].cpu(), float("inf"), float("nan"), 0, torch.zeros(())
        for step in range(config.steps + 1):
            if step and stop(step):
                break
            looks = step % config.geometry_every == 0
            differences = self.features(self._imitated(parameters), parameters, looks) - wanted
            loss, shape = self._losses(differences, target.apart, config)
            loss = loss + config.stay * (parameters - first).square().mean()
            geometry = shape.detach() if looks else geometry
            value = float(loss.detach() + geometry)
            before = value if step == 0 else before
            if value < best_loss:
                best, best_loss = parameters.detach()[0].to("cpu", copy=True), value
            done = step
            progress(Refined(best, before, best_loss, done))
            if step == config.steps:
                break
            optimizer.zero_grad()
            (loss + config.geometry_every * shape if looks else loss).backward()
            assert parameters.grad is not None
            parameters.grad *= moving
            optimizer.step()
            with torch.no_grad():
                parameters.clamp_(-1.0, 1.0)
                if pairs is not None:
                    mean = (parameters + parameters[:, pairs]) / 2
                    parameters.copy_(torch.where(moving > 0, mean, parameters))
        return Refined(best, before, best_loss, done)

    @torch.no_grad()
    def distance(
        self,
        target: Target,
        picture: Tensor,
        parameters: Tensor,
        archetypes: Tensor,
        config: RefineConfig | None = None,
    ) -> float:
        """How far a drawn picture (1, 3, 256, 256) of `parameters` (1, P) is from what the target asks for.

        `archetypes` (G, F): features of the same artist's pictures of the archetypes, an engine's or the imitator's.
        """
        differences = self.features(picture, parameters) - target.groups @ archetypes
        loss, shape = self._losses(differences, target.apart, config or RefineConfig())
        return float(loss + shape)

    def features(self, pictures: Tensor, parameters: Tensor, geometry: bool = True) -> Tensor:
        """Pictures (B, 3, 256, 256) of `parameters` (B, P) in half-range units -> (B, F), as the reader's rows.

        The face is placed by the map to landmarks. Without `geometry` its columns are zero, and nothing is asked of
        the landmark network.
        """
        pictures, parameters = pictures.to(self._device), parameters.to(self._device)
        points = torch.einsum("bp,pkc->bkc", parameters.detach(), self._weight) + self._bias
        chips = face_chips(pictures, points5(points), antialias=False)
        if geometry:
            landmarks, _ = self._landmark_net.landmarks(crop_by_points(pictures, points, antialias=False))
            shape = self._reader.shape(FaceFeatures(chips, self._landmark_net.canonical(landmarks), chips, chips))
        else:
            shape = pictures.new_zeros(len(pictures), self._reader.directions.shape[1])
        colours = log_colours(region_colours(pictures, points), hair_colours(pictures, points))
        return torch.cat([self._identity_net(chips), shape, colours], dim=1)

    @property
    def imitated_archetypes(self) -> Tensor:
        """(G, F) features of the imitator's pictures of the archetypes."""
        return self._archetypes

    def _losses(self, differences: Tensor, apart: Tensor, config: RefineConfig) -> tuple[Tensor, Tensor]:
        """The loss without geometry, and geometry's part of it."""
        size, shapes = self._reader.embedding_mean.numel(), self._reader.directions.shape[1]
        cosine = torch.cosine_similarity(differences[:, :size], apart[:, :size])
        error = differences[:, size:] - apart[:, size:]
        loss = config.identity * (1.0 - cosine).mean() + config.colour * error[:, shapes:].square().mean()
        return loss, config.geometry * error[:, :shapes].square().mean()

    def _imitated(self, parameters: Tensor) -> Tensor:
        """(B, P) in half-range units -> (B, 3, 256, 256)."""
        return self._imitator.linear(self._imitator.default + parameters / self._imitator.scale)
