"""One training step of E, D and R: which images go in, and every loss of equation 12 that comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import losses
from core.models.imitator import Imitator
from core.models.regressor import Reconstruction, Reconstructor
from core.perception.geometry import LandmarkNet, crop_by_points, points5
from core.perception.identity import IdentityNet, face_chips
from core.train.appearance import region_colours
from core.train.augment import blur_borders, degrade, replace_background
from core.train.captures import Captures
from core.train.config import ReconstructorConfig
from core.train.landmark_map import Constants
from core.train.photos import PhotoBatch, Photos
from core.train.schedule import place


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
        self.kept[name] = torch.cat([values.detach(), earlier])[: self.size]
        return torch.cat([values, earlier])


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
    ) -> None:
        """`visibility` (P,): how much each parameter changes the picture, of mean 1; `change_unit`: mean squared
        change of the training renders from the neutral one."""
        landmark_net, identity_net = nets or (LandmarkNet.load(), IdentityNet.load())
        self.imitator = place(imitator, device).eval().requires_grad_(False)
        self.landmark_net, self.identity_net = landmark_net.to(device), identity_net.to(device)
        self.captures, self.photos, self.config, self.device = captures, photos, config, device
        self.constants = constants.to(device)
        self.visibility = torch.from_numpy(visibility).to(device)
        self.change_unit = change_unit
        spread = imitator.normalise(torch.from_numpy(captures.parameters).to(device)).var(0)
        self.parameter_unit = float((self.visibility * spread).mean())
        self.backdrop = imitator.neutral[:, 0, 0].detach().cpu()
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
        self.suggestion_unit = float(photos.suggested.var(0).mean()) if photos.suggested.shape[1] else 1.0

    def renders(self, indices: NDArray[np.int64], scenes: Tensor | None) -> Renders:
        """Captured samples, with foreign backgrounds, blurred borders and a photo's defects on the way in."""
        parameters, images = self.captures.batch(indices)
        inputs = images
        if self.config.degrade > 0:
            inputs = degrade(blur_borders(replace_background(images, self.backdrop, scenes)), self.config.degrade)
        return Renders(parameters.to(self.device), images.to(self.device), inputs.to(self.device))

    def warm_start(
        self, model: Reconstructor, renders: Renders, photos: PhotoBatch
    ) -> tuple[losses.Terms, Reconstruction]:
        """The warm start: restored loss (equations 3 to 5), the direct parameter term, and the photos' suggestions.

        Without suggestions photos would have nothing to say here, so only renders are looked at.
        """
        if not (self.weights.suggestion and photos.suggested.shape[1]):
            found = model.reconstruct(renders.inputs)
            return self._restored(found.parameters, found, renders), found
        found, terms = self._reconstruct(model, renders, photos)
        return terms, found

    def _reconstruct(
        self, model: Reconstructor, renders: Renders, photos: PhotoBatch
    ) -> tuple[Reconstruction, losses.Terms]:
        """Photos, then renders through E, D and R in one pass, and the terms that need no other network."""
        count = len(photos.images)
        inputs = torch.cat([degrade(photos.images, self.config.degrade).to(self.device), renders.inputs])
        found = model.reconstruct(inputs)
        terms = self._restored(found.parameters[count:], found, renders, count)
        if self.weights.suggestion and photos.suggested.shape[1]:
            difference = self.imitator.normalise(found.parameters[:count]) - photos.suggested.to(self.device)
            terms.suggestion = difference.square().mean() / self.suggestion_unit
        return found, terms

    def on_both(
        self, model: Reconstructor, renders: Renders, photos: PhotoBatch, rng: np.random.Generator
    ) -> tuple[losses.Terms, Reconstruction, Tensor]:
        """All of equation 12; also returns the characters drawn for the photos, (2K, 3, 256, 256)."""
        count = len(photos.images)
        found, terms = self._reconstruct(model, renders, photos)
        p_source, p_target = found.parameters[:count], found.parameters[count:]
        n_source, n_target = self.imitator.normalise(p_source), self.imitator.normalise(p_target)
        keep = self.memory.with_earlier
        terms.domain = losses.domain_loss(
            keep("f source", found.feature[:count]),
            keep("f target", found.feature[count:]),
            keep("p source", n_source),
            keep("p target", n_target),
        )
        people = photos.people[::2].to(self.device)
        terms.contrastive = losses.contrastive_loss(n_source[::2], n_source[1::2], people, self.config.temperature)
        terms.prior = n_source.square().mean()
        drawn = self.imitator.linear(p_source)
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

    def _restored(self, p_target: Tensor, found: Reconstruction, renders: Renders, first: int = 0) -> losses.Terms:
        """Equations 3 and 4 and the parameter term for the renders, which are the rows from `first` on."""
        terms = losses.Terms()
        terms.pixel = losses.restored_pixel_loss(self.imitator.linear(p_target), renders.images, self.change_unit)
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
        chips = face_chips(drawn, points5(points), antialias=False)
        terms.identity = losses.identity_loss(
            self.identity_net(chips),
            photos.embeddings.to(self.device),
            self.constants.embedding_mean,
            self.photos.embedding_mean.to(self.device),
        )
        wanted = self.config.geometry_batch or len(drawn)
        rows = torch.from_numpy(rng.permutation(len(drawn))[:wanted])
        crops = crop_by_points(drawn[rows], points[rows], antialias=False)
        landmarks, _ = self.landmark_net.landmarks(crops)
        terms.geometry = losses.geometry_loss(
            self.landmark_net.canonical(landmarks),
            photos.geometry[rows].to(self.device),
            self.constants.geometry_mean,
            self.photos.geometry_mean.to(self.device),
            self.photos.geometry_unit,
        )


def visibility(neutral: NDArray[np.uint8], sweeps: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(P,) root mean square change of the picture by each parameter's two extremes, divided by its mean.

    The direct parameter term weighs by it: what cannot be seen cannot be regressed, and would only be noise.
    """
    base = neutral.astype(np.float32)
    energy = [np.square(sweeps[j : j + 2].astype(np.float32) - base).mean() for j in range(0, len(sweeps), 2)]
    seen = np.sqrt(np.array(energy, np.float32))
    return (seen / max(float(seen.mean()), 1e-6)).astype(np.float32)
