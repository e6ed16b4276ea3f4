"""Everything that can be measured of characters made from photos of known people, in one table of figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.colour import colour_difference, person_colours
from core.evaluate.likeness import Faces, Likeness, measure_likeness
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
class PeopleFigures:
    """What `facebridge evaluate` reports; `verification` is None with fewer than twenty people."""

    likeness: Likeness
    retrieval: Retrieval
    verification: Verified | None
    skin_difference: float
    """Median CIEDE2000 between a render's cheek and the median cheek of its person's photos."""
    imitator_psnr_db: float
    """Mean PSNR of the imitator's pictures of the characters against the engine's."""

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)


def measure_people(
    photos: Faces,
    renders: Faces,
    parameters: NDArray[np.floating[Any]],
    identity: NDArray[np.integer],
    imitator_psnr_db: NDArray[np.floating[Any]],
) -> PeopleFigures:
    """Figures of renders[i] of parameters[i] (N, P), made from photos[i] of person identity[i] (N,), where the
    imitator's picture of the same parameters is so near (N,) dB."""
    wanted = person_colours(photos.cheeks, identity)
    seen = np.isfinite(renders.cheeks).all(1) & np.isfinite(wanted).all(1)
    apart = colour_difference(renders.cheeks[seen], wanted[seen])
    return PeopleFigures(
        measure_likeness(photos, renders, identity),
        retrieve(photos, renders, identity),
        _verified(photos, renders, parameters, identity),
        float(np.median(apart)) if len(apart) else float("nan"),
        float(np.mean(imitator_psnr_db)),
    )


def psnr_db(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio between two pictures of one shape; 99 for equal ones."""
    error = float(np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2))
    return 99.0 if error == 0.0 else 10.0 * np.log10(255.0**2 / error)


def _verified(
    photos: Faces, renders: Faces, parameters: NDArray[np.floating[Any]], identity: NDArray[np.integer]
) -> Verified | None:
    if len(np.unique(identity)) < 2 * FOLDS:
        return None
    draws = [pairs_of_people(identity, seed=seed) for seed in range(FOLD_DRAWS)]

    def mean(descriptors: NDArray[np.floating[Any]], adapt: bool) -> float:
        return float(np.mean([verify(descriptors, pairs, adapt).accuracy for pairs in draws]))

    return Verified(mean(parameters, True), mean(renders.embeddings, False), mean(photos.embeddings, False))
