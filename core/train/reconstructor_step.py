"""One training step of E, D and R: which images go in, and every loss of equation 12 that comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import losses
from core.models.imitator import Imitator
from core.models.regressor import Reconstruction
from core.perception.appearance import region_colours
from core.perception.geometry import LandmarkNet
from core.perception.identity import IdentityNet
from core.train.augment import Draws, blur_borders, degrade, put_behind
from core.train.captures import Captures
from core.train.config import ReconstructorConfig
from core.train.judges import Judge, geometry_judge, identity_judge
from core.train.landmark_map import Constants
from core.train.networks import Drawn
from core.train.photos import PhotoBatch, Photos
from core.train.pictures import Pictures
from core.train.prior import read_prior
from core.train.processes import Team
from core.train.schedule import place

# Faces (B, 3, 256, 256) -> what E, D and R make of them.
Reconstruct = Callable[[Tensor], Reconstruction]


@dataclass(frozen=True)
class Renders:
    """A batch of captured samples."""

    parameters: Tensor  # (B, P)
    images: Tensor  # (B, 3, 256, 256) as captured
    inputs: Tensor  # (B, 3, 256, 256) as the encoder sees them


class DomainMemory:
    """The last samples of each domain without gradient, so that the MMD of a small batch is not mostly noise."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: dict[str, Tensor] = {}

    def with_earlier(self, name: str, values: Tensor) -> Tensor:
        """`values` (B, D) followed by what was kept under `name`; afterwards `values` are kept too."""
        if self.size <= 0:
            return values
        earlier = self.kept.get(name, values[:0].detach())
        self.kept[name] = torch.cat([values.detach(), earlier])[: self.size].clone()
        return torch.cat([values, earlier])

    def tensors(self) -> dict[str, Tensor]:
        """What is kept, by name, for a checkpoint."""
        return dict(self.kept)

    def restore(self, tensors: dict[str, Tensor], device: torch.device) -> None:
        """Put back what `tensors` gave."""
        self.kept = {name: value.to(device) for name, value in tensors.items()}


@dataclass(frozen=True)
class Judges:
    """F_id and F_3d."""

    identity: Judge
    geometry: Judge


class StepLosses:
    """Computes the losses; holds the frozen networks and the constants of both domains."""

    def __init__(
        self,
        imitator: Imitator,
        captures: Captures,
        photos: Photos,
        constants: Constants,
        visibility: NDArray[np.float32],
        change_unit: float,
        config: ReconstructorConfig,
        device: torch.device,
        nets: tuple[LandmarkNet, IdentityNet] | None = None,
        judges: Judges | None = None,
        team: Team | None = None,
    ) -> None:
        """`visibility` (P,): how much each parameter changes the picture, of mean 1; `change_unit`: mean squared
        change of the training renders from the neutral one; `judges`: others than the shipped `nets`."""
        landmark_net, identity_net = nets or (LandmarkNet.load(), IdentityNet.load())
        self.team = team or Team()
        self.imitator = place(imitator, device).eval().requires_grad_(False)
        self.draw = Drawn(self.imitator, config.bf16, config.compile)
        self.landmark_net, self.identity_net = landmark_net.to(device), identity_net.to(device)
        self.captures, self.photos, self.config, self.device = captures, photos, config, device
        self.pictures = Pictures(captures.images, device)
        photos.move_pictures(device)
        self.constants = constants.to(device)
        judges = judges or Judges(
            identity_judge(self.identity_net, photos, constants), geometry_judge(self.landmark_net, photos, constants)
        )
        found = (judges.identity, judges.geometry)
        found = found if config.centred else tuple(judge.uncentred() for judge in found)
        self.judges = Judges(*(judge.to(device) for judge in found))
        self.visibility = torch.from_numpy(visibility).to(device)
        self.change_unit = change_unit
        spread = imitator.normalise(torch.from_numpy(captures.parameters).to(device)).var(0)
        self.parameter_unit = float((self.visibility * spread).mean())
        self.backdrop = imitator.neutral[:, 0, 0].detach()
        self.memory = DomainMemory(config.domain_memory)
        self.weights = losses.Weights(
            config.restored_weight,
            config.domain_weight,
            config.contrastive_weight,
            config.consistency_weight,
            config.codebook_beta,
            config.parameter_weight,
            config.appearance_weight,
            config.prior_weight,
            config.suggestion_weight,
        )
        self.prior = (
            torch.from_numpy(read_prior(Path(config.prior), captures.schema)).to(device) if config.prior else None
        )
        self.apart: dict[str, Tensor] = {}
        """Parts of the last step's terms, for the log."""
        self.suggestion_unit = float(photos.suggested.var(0).mean()) if photos.suggested.shape[1] else 1.0

    def renders(self, indices: NDArray[np.int64], scenes: Tensor | None, draws: Draws | None = None) -> Renders:
        """Captured samples (B,), with foreign backgrounds, blurred borders and a photo's defects on the way in.

        `scenes` (B, 3, 256, 256) lend the colours of their backgrounds; without them they are gradients.
        """
        parameters = torch.from_numpy(self.captures.parameters[indices]).to(self.device)
        images = self.pictures.take(self.captures.rows[indices])
        inputs = images
        if self.config.degrade > 0:
            draws = draws or Draws(len(images))
            scenes = None if scenes is None else scenes.to(self.device)
            inputs = blur_borders(put_behind(images, self.backdrop, scenes, draws), draws=draws)
            inputs = degrade(inputs, self.config.degrade, draws)
        return Renders(parameters, images, inputs)

    def warm_start(
        self, reconstruct: Reconstruct, renders: Renders, photos: PhotoBatch, draws: Draws | None = None
    ) -> tuple[losses.Terms, Reconstruction]:
        """The warm start: restored loss (equations 3 to 5), the direct parameter term, and the photos' suggestions.

        Without suggestions photos would have nothing to say here, so only renders are looked at.
        """
        if not (self.weights.suggestion and photos.suggested.shape[1]):
            found = reconstruct(renders.inputs)
            return self._restored(found.parameters, found, renders), found
        found, terms = self._reconstruct(reconstruct, renders, photos, draws)
        return terms, found

    def _reconstruct(
        self, reconstruct: Reconstruct, renders: Renders, photos: PhotoBatch, draws: Draws | None
    ) -> tuple[Reconstruction, losses.Terms]:
        """Photos, then renders through E, D and R in one pass, and the terms that need no other network."""
        count = len(photos.images)
        seen = degrade(photos.images.to(self.device), self.config.degrade, draws)
        found = reconstruct(torch.cat([seen, renders.inputs]))
        terms = self._restored(found.parameters[count:], found, renders, count)
        if self.weights.suggestion and photos.suggested.shape[1]:
            difference = self.imitator.normalise(found.parameters[:count]) - photos.suggested.to(self.device)
            terms.suggestion = difference.square().mean() / self.suggestion_unit
        return found, terms

    def on_both(
        self,
        reconstruct: Reconstruct,
        renders: Renders,
        photos: PhotoBatch,
        rng: np.random.Generator,
        draws: Draws | None = None,
    ) -> tuple[losses.Terms, Reconstruction, Tensor]:
        """All of equation 12; also returns the characters drawn for the photos, (2K, 3, 256, 256)."""
        count = len(photos.images)
        found, terms = self._reconstruct(reconstruct, renders, photos, draws)
        p_source, p_target = found.parameters[:count], found.parameters[count:]
        n_source, n_target = self.imitator.normalise(p_source), self.imitator.normalise(p_target)
        everybody = self.team.together(n_source)
        terms.domain = self._domain(found.feature, everybody, n_target, count, rng)
        if self.photos.paired:
            people = self.team.together(photos.people.to(self.device))[::2]
            # Weighted by visibility, identity cannot hide in parameters that nobody sees.
            compared = everybody * self.visibility if self.config.contrastive == "visible" else everybody
            terms.contrastive = losses.contrastive_loss(compared[::2], compared[1::2], people, self.config.temperature)
        terms.prior = n_source.square().mean()
        drawn = self.draw(p_source)
        points = self.constants.landmarks(n_source.detach())
        self._consistency(terms, drawn, points, photos, rng)
        if self.weights.appearance:
            terms.appearance = losses.appearance_loss(
                region_colours(drawn, points),
                photos.colours.to(self.device),
                self.constants.colour_mean,
                self.photos.colour_mean.to(self.device),
                self.photos.colour_unit,
            )
        return terms, found, drawn

    def _domain(
        self, feature: Tensor, n_source: Tensor, n_target: Tensor, count: int, rng: np.random.Generator
    ) -> Tensor:
        """Equation 6, its two halves kept in `apart`; in p-space photos are compared with the prior where there is one.

        `feature` (B, 1024) and `n_target` are this process's, photos first; `n_source` is everybody's.
        """
        together, keep = self.team.together, self.memory.with_earlier
        targets = keep("p target", together(n_target))
        if self.prior is not None:
            rows = rng.integers(0, len(self.prior), len(targets))
            targets = self.prior[torch.from_numpy(rows).to(self.device)]
        self.apart = {
            "domain_f": losses.squared_mmd(
                keep("f source", together(feature[:count])), keep("f target", together(feature[count:]))
            ),
            "domain_p": losses.squared_mmd(keep("p source", n_source), targets),
        }
        return self.apart["domain_f"] + self.apart["domain_p"]

    def _restored(self, p_target: Tensor, found: Reconstruction, renders: Renders, first: int = 0) -> losses.Terms:
        """Equations 3 and 4 and the parameter term for the renders, which are the rows from `first` on."""
        terms = losses.Terms()
        terms.pixel = losses.restored_pixel_loss(self.draw(p_target), renders.images, self.change_unit)
        errors = found.latents.codebook_error(self.config.commitment_alpha)
        terms.codebook = errors[first:].mean()
        if first and self.config.codebook_photos:
            terms.codebook = terms.codebook + self.config.codebook_photos * errors[:first].mean()
        if self.weights.parameter:
            difference = self.imitator.normalise(p_target) - self.imitator.normalise(renders.parameters)
            terms.parameter = (self.visibility * difference.square()).mean() / self.parameter_unit
        return terms

    def _consistency(
        self, terms: losses.Terms, drawn: Tensor, points: Tensor, photos: PhotoBatch, rng: np.random.Generator
    ) -> None:
        """Equations 9 and 10; crops are placed by the points that the linear map predicts, never by a detector."""
        judge, rows = self.judges.identity, photos.rows.to(self.device)
        terms.identity = losses.identity_loss(
            judge.describe(drawn, points), judge.photos[rows], judge.render_mean, judge.photo_mean
        )
        # The same photos of the whole batch, however many processes share it.
        count = len(drawn)
        whole = count * self.team.size
        wanted = rng.permutation(whole)[: self.config.geometry_batch or whole]
        mine = wanted[wanted // count == self.team.rank] % count
        judge, picks = self.judges.geometry, torch.from_numpy(mine).to(self.device)
        if len(mine):
            geometry = losses.geometry_loss(
                judge.describe(drawn[picks], points[picks]),
                judge.photos[rows[picks]],
                judge.render_mean,
                judge.photo_mean,
                judge.unit,
            )
            terms.geometry = geometry * (len(mine) * self.team.size / len(wanted))
        else:
            terms.geometry = drawn.sum() * 0.0


def visibility(neutral: NDArray[np.uint8], sweeps: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(P,) root mean square change of the picture by each parameter's two extremes, divided by its mean.

    The direct parameter term weighs by it: what cannot be seen cannot be regressed, and would only be noise.
    """
    base = neutral.astype(np.float32)
    energy = [np.square(sweeps[j : j + 2].astype(np.float32) - base).mean() for j in range(0, len(sweeps), 2)]
    seen = np.sqrt(np.array(energy, np.float32))
    return (seen / max(float(seen.mean()), 1e-6)).astype(np.float32)
