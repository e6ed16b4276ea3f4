"""Everything that can be measured of characters made from photos of known people, in one table of figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.colour import colour_difference, person_colours
from core.evaluate.confidence import person_spread
from core.evaluate.geometry_error import GeometryError, measure_geometry
from core.evaluate.likeness import Faces, Likeness, measure_likeness
from core.evaluate.means import DomainMeans
from core.evaluate.retrieval import Retrieval, retrieve
from core.evaluate.verification import FOLDS, pairs_of_people, verify

FOLD_DRAWS = 8


@dataclass(frozen=True)
class Verified:
    """Mean accuracy in [0, 1] over draws of folds, each of ten, of one kind of descriptor."""

    parameters: float
    """The character's parameters, by the paper's protocol."""
    renders: float
    """SFace of the engine's pictures: what can be seen of it."""
    photos: float
    """SFace of the photos: the upper bound."""


@dataclass(frozen=True)
class Consistency:
    """How far the characters made from several photos of one person agree, by their parameters.

    `within` and `across` are mean standard deviations over the parameters, in their own unit: across the photos of one
    person, and across people (what few photos add taken off). `person_share` is the share of the parameters' variance
    that belongs to the person, in [0, 1], summed over parameters.
    """

    within: float
    across: float
    person_share: float


@dataclass(frozen=True)
class PeopleFigures:
    """What `facebridge evaluate likeness` reports; `verification` is None with fewer than twenty people, `geometry`
    where no landmarks were given or none was found."""

    likeness: Likeness
    retrieval: Retrieval
    verification: Verified | None
    skin_difference: float
    """Median CIEDE2000 between a render's cheek and the median cheek of its person's photos."""
    imitator_psnr_db: float
    """Mean PSNR of the imitator's pictures of the characters against the engine's."""
    geometry: GeometryError | None = None
    consistency: Consistency | None = None
    means: str = "these very people"
    """Whose mean photo and mean render were taken off before the two were compared."""

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)


def measure_people(
    photos: Faces,
    renders: Faces,
    parameters: NDArray[np.floating[Any]],
    identity: NDArray[np.integer],
    imitator_psnr_db: NDArray[np.floating[Any]],
    means: DomainMeans | None = None,
) -> PeopleFigures:
    """Figures of renders[i] of parameters[i] (N, P), made from photos[i] of person identity[i] (N,), where the
    imitator's picture of the same parameters is so near (N,) dB.

    Photos and renders are compared after `means` of other people, or after their own ones. Raises InputError as
    `measure_likeness` and `retrieve` do.
    """
    centres = (None, None) if means is None else (means.photo_embedding, means.render_embedding)
    wanted = person_colours(photos.cheeks, identity)
    seen = np.isfinite(renders.cheeks).all(1) & np.isfinite(wanted).all(1)
    apart = colour_difference(renders.cheeks[seen], wanted[seen])
    return PeopleFigures(
        measure_likeness(photos, renders, identity, *centres),
        retrieve(photos, renders, identity, *centres),
        _verified(photos, renders, parameters, identity),
        float(np.median(apart)) if len(apart) else float("nan"),
        float(np.mean(imitator_psnr_db)),
        _geometry(photos, renders, identity, means),
        _consistency(parameters, identity),
        PeopleFigures.means if means is None else means.described,
    )


def psnr_db(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio between two pictures of one shape; 99 for equal ones."""
    error = float(np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2))
    return 99.0 if error == 0.0 else 10.0 * np.log10(255.0**2 / error)


def _geometry(
    photos: Faces, renders: Faces, identity: NDArray[np.integer], means: DomainMeans | None
) -> GeometryError | None:
    if photos.points is None or renders.points is None:
        return None
    shapes = (None, None) if means is None else (means.photo_shape, means.render_shape)
    return measure_geometry(photos.points, renders.points, identity, *shapes)


def _consistency(parameters: NDArray[np.floating[Any]], identity: NDArray[np.integer]) -> Consistency:
    spread = person_spread(parameters, identity)
    across, within = np.square(spread.across).sum(), np.square(spread.within).sum()
    share = float(across / (across + within)) if across + within > 0 else 0.0
    return Consistency(float(spread.within.mean()), float(spread.across.mean()), share)


def _verified(
    photos: Faces, renders: Faces, parameters: NDArray[np.floating[Any]], identity: NDArray[np.integer]
) -> Verified | None:
    if len(np.unique(identity)) < 2 * FOLDS:
        return None
    draws = [pairs_of_people(identity, seed=seed) for seed in range(FOLD_DRAWS)]

    def mean(descriptors: NDArray[np.floating[Any]], adapt: bool) -> float:
        return float(np.mean([verify(descriptors, pairs, adapt).accuracy for pairs in draws]))

    return Verified(mean(parameters, True), mean(renders.embeddings, False), mean(photos.embeddings, False))
