"""How well E, D and R do on renders and on photos of people that training never saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.regressor import Reconstructor
from core.perception.appearance import CHEEKS, lightness, region_colours
from core.train.captures import Captures
from core.train.photos import Photos
from core.train.reconstructor_step import StepLosses


@dataclass(frozen=True)
class ReconstructorFigures:
    """All judged through the imitator; the engine's own likeness figures are `facebridge evaluate`'s work."""

    render_explained_change: float  # of G(R(D(E(I)))) on held-out renders
    parameter_correlation: float  # on held-out renders, median over parameters
    photos: int  # photos of held-out people
    verification_auc: float  # same person against different people by the cosine of centred parameters
    identity_cosine: float  # F_id of photo and character, centred per domain
    lightness_correlation: float  # Spearman, cheek lightness of photo and character
    parameter_spread: float  # spread of photos' parameters around their mean, root mean square in half-ranges
    look_alike_cosine: float  # mean cosine of parameters of different people

    def to_dict(self) -> dict[str, float]:
        """The same as JSON-able values."""
        return asdict(self)


@torch.no_grad()
def evaluate_reconstructor(
    model: Reconstructor,
    step: StepLosses,
    captures: Captures,
    photos: Photos,
    held_out: int,
    most_renders: int = 64,
    most_photos: int = 200,
    block: int = 8,
) -> ReconstructorFigures:
    """Judge `model` on at most so many held-out renders and photos of held-out people."""
    training = model.training
    model.eval()
    first, count = captures.split(held_out)
    error = change = 0.0
    guesses, truths = [], []
    for i in range(first, first + min(count, most_renders), block):
        parameters, images = captures.batch(np.arange(i, min(i + block, first + count)))
        images = images.to(step.device)
        found = model(images)
        error += float((step.imitator(found) - images).square().sum())
        change += float((step.imitator.neutral - images).square().sum())
        guesses.append(step.imitator.normalise(found).cpu())
        truths.append(step.imitator.normalise(parameters.to(step.device)).cpu())
    rows = photos.held_out_rows
    rows = (
        rows[np.unique(np.linspace(0, len(rows) - 1, min(most_photos, len(rows))).astype(int))] if len(rows) else rows
    )
    described = [_describe(model, step, photos, rows[i : i + block]) for i in range(0, len(rows), block)]
    model.train(training)
    shared = {
        "render_explained_change": 1.0 - error / max(change, 1e-12),
        "parameter_correlation": float(np.nanmedian(correlations(torch.cat(guesses), torch.cat(truths)))),
        "photos": len(rows),
    }
    if len(rows) < 4:
        return ReconstructorFigures(
            **shared,
            verification_auc=float("nan"),
            identity_cosine=float("nan"),
            lightness_correlation=float("nan"),
            parameter_spread=float("nan"),
            look_alike_cosine=float("nan"),
        )
    found_parameters, embeddings, colours = (torch.cat(parts) for parts in zip(*described, strict=True))
    people = torch.from_numpy(photos.people[rows].astype(np.int64))
    centred = found_parameters - found_parameters.mean(0)
    seen = photos.embeddings[torch.from_numpy(rows)] - photos.embedding_mean
    drawn = embeddings - step.constants.embedding_mean.cpu()
    different = people[:, None] != people[None, :]
    unit = torch.nn.functional.normalize(found_parameters, dim=1)
    return ReconstructorFigures(
        **shared,
        verification_auc=verification_auc(centred, people),
        identity_cosine=float(torch.cosine_similarity(drawn, seen, dim=1).mean()),
        lightness_correlation=spearman(
            lightness(colours[:, CHEEKS]).numpy(), lightness(photos.colours[torch.from_numpy(rows), CHEEKS]).numpy()
        ),
        parameter_spread=float(centred.square().mean().sqrt()),
        look_alike_cosine=float((unit @ unit.t())[different].mean()),
    )


def _describe(
    model: Reconstructor, step: StepLosses, photos: Photos, rows: NDArray[np.int64]
) -> tuple[Tensor, Tensor, Tensor]:
    """Photos -> parameters in half-ranges, F_id and regional colours of the drawn characters."""
    from core.perception.geometry import points5
    from core.perception.identity import face_chips

    parameters = model(photos.take(rows).images.to(step.device))
    normalised = step.imitator.normalise(parameters)
    drawn, points = step.imitator(parameters), step.constants.landmarks(normalised)
    embeddings = step.identity_net(face_chips(drawn, points5(points), antialias=False))
    return normalised.cpu(), embeddings.cpu(), region_colours(drawn, points).cpu()


def correlations(a: Tensor, b: Tensor) -> NDArray[np.float64]:
    """(N, P) twice -> (P,) Pearson correlation of each column; NaN for a column that does not vary."""
    x, y = (v.double().numpy() - v.double().numpy().mean(0) for v in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x * y).sum(0) / np.sqrt((x**2).sum(0) * (y**2).sum(0))


def verification_auc(vectors: Tensor, people: Tensor) -> float:
    """Chance that a pair of one person is more alike, by cosine, than a pair of two; NaN without both kinds."""
    unit = torch.nn.functional.normalize(vectors, dim=1)
    upper = torch.triu(torch.ones(len(unit), len(unit), dtype=torch.bool), 1)
    similarity, same = (unit @ unit.t())[upper], (people[:, None] == people[None, :])[upper]
    if not bool(same.any()) or bool(same.all()):
        return float("nan")
    ranks = torch.empty(len(similarity), dtype=torch.float64)
    ranks[similarity.argsort()] = torch.arange(1, len(similarity) + 1, dtype=torch.float64)
    positive, negative = int(same.sum()), int((~same).sum())
    return float((ranks[same].sum() - positive * (positive + 1) / 2) / (positive * negative))


def spearman(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Rank correlation of two (N,) arrays."""
    ranks = [np.argsort(np.argsort(v)).astype(np.float64) for v in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
