"""Retrieval through the engine: whose photo is nearest to the character that was made of another photo?

The query is the engine's picture of one photo's character; the gallery is one *other* photo of every person. Chance is
one in as many as there are people. Both sides are SFace embeddings less their own domain's mean, for a render differs
from every photo in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluate.likeness import Faces, centred
from engine_bridge.errors import InputError

DRAWS = 50


@dataclass(frozen=True)
class Retrieval:
    """Shares in [0, 1] of queries whose person is the nearest, and among the five nearest, of `people`."""

    rank_1: float
    rank_5: float
    people: int


def retrieve(
    photos: Faces,
    renders: Faces,
    identity: NDArray[np.integer],
    photo_mean: NDArray[np.float32] | None = None,
    render_mean: NDArray[np.float32] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Retrieval:
    """Mean over draws of a query and a gallery: renders[i] was made from photos[i] of person identity[i] (N,).

    A render in which no face was found is a miss. The means are of *other* people's embeddings (128,); without them
    those of these very people. Raises InputError when fewer than two people have two usable photos.
    """
    people = [rows for rows in _rows_of(identity, photos.found) if len(rows) >= 2]
    if len(people) < 2:
        raise InputError(f"Retrieval needs at least two people with two usable photos, but there are {len(people)}.")
    seen = centred(photos, identity, photo_mean)
    drawn = centred(renders, identity, render_mean)
    rng = np.random.default_rng(seed)
    first, fifth = 0.0, 0.0
    for _ in range(draws):
        pairs = np.array([rng.choice(rows, 2, replace=False) for rows in people])
        queries, gallery = pairs[:, 0], pairs[:, 1]
        cosine = drawn[queries] @ seen[gallery].T
        own = np.diag(cosine)[:, None]
        # Of equals half lie before it, so that one answer for everybody is chance and not a hit.
        rank = (cosine > own).sum(1) + 0.5 * ((cosine == own).sum(1) - 1)
        rank[~renders.found[queries]] = len(people)
        first += float((rank < 1).mean())
        fifth += float((rank < 5).mean())
    return Retrieval(first / draws, fifth / draws, len(people))


def _rows_of(identity: NDArray[np.integer], usable: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    return [np.flatnonzero((identity == person) & usable) for person in np.unique(identity)]
