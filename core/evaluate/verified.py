"""The verification table: every system judged on the same pairs of photos, test by test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.described import Described
from core.evaluate.descriptors import Descriptors
from core.evaluate.layouts import Layout
from core.evaluate.verification import verify

PARAMETERS = "ours: parameters"
RENDERS = "ours: SFace of the renders"
PHOTOS = "SFace of the photos (upper bound)"


@dataclass(frozen=True)
class Result:
    """Mean accuracy in [0, 1] over draws of ten folds, and the mean standard error over those folds."""

    accuracy: float
    standard_error: float


@dataclass(frozen=True)
class VerificationTable:
    """System -> test -> result; of each test the pairs judged, and those left out of the ones it would have.

    A pair is judged where every system has both photos, so that all rows stand for the same pairs. For drawn pairs
    nothing is left out, for they are drawn among such photos; what counts then is `skipped`, of all photos.
    """

    accuracy: dict[str, dict[str, Result]]
    pairs: dict[str, int]
    left_out: dict[str, int]
    photos: int
    skipped: int

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)


def verification_table(
    layout: Layout, described: Described, others: Sequence[Descriptors] = (), embedded: bool = True
) -> VerificationTable:
    """Judge the photos of a layout by our parameters, by SFace where they were `embedded`, and by other systems.

    Parameters and other systems' descriptors go through the paper's PCA and signed square root, SFace is compared by
    plain cosine. Raises InputError where a fold has no pair.
    """
    place = {name: row for row, name in enumerate(described.names)}
    rows = np.array([place.get(name, -1) for name in layout.names], np.int64)
    usable = rows >= 0

    def spread(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """(N, D) by the layout's photos, zeros where there is none."""
        full = np.zeros((len(rows), values.shape[1]))
        full[rows >= 0] = values[rows[rows >= 0]]
        return full

    systems: dict[str, tuple[NDArray[np.float64], bool]] = {PARAMETERS: (spread(described.parameters), True)}
    if embedded:
        # A face that was not found again has an embedding of zeros: its cosine with everything is 0.
        systems[RENDERS] = spread(described.renders.embeddings), False
        systems[PHOTOS] = spread(described.photos.embeddings), False
    for other in others:
        vectors, there = other.of(layout.names)
        systems[other.system] = vectors, True
        usable = usable & there
    draws = layout.pairs(usable)
    full = layout.pairs(np.ones(len(rows), bool)) if layout.fixed else draws
    accuracy: dict[str, dict[str, Result]] = {}
    for system, (values, adapt) in systems.items():
        for test, pairs in draws.items():
            found = [verify(values, draw, adapt) for draw in pairs]
            accuracy.setdefault(system, {})[test] = Result(
                float(np.mean([one.accuracy for one in found])), float(np.mean([one.standard_error for one in found]))
            )
    counts = {test: len(pairs[0]) for test, pairs in draws.items()}
    return VerificationTable(
        accuracy,
        counts,
        {test: len(pairs[0]) - counts[test] for test, pairs in full.items()},
        int(usable.sum()),
        len(rows) - int(usable.sum()),
    )
