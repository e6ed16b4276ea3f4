"""How far a parameter can be trusted on photos: its spread across photos of one person against that across people.

One-way analysis of variance (Shrout and Fleiss, "Intraclass correlations", 1979, ICC(1,1), with the usual n0 for
groups of unequal size). The share of a parameter's variance that belongs to the person is also the correlation to
expect between the values found in two photos of one person: 1 means any photo gives the same value, 0 that the value
tells nothing about who was photographed. It is free of the bias that comes from few photos a person, and clipped to
[0, 1]. With tens of people it is noisy, so the confidence draws it towards the mean of its group, by as much as the
noise makes up of the spread of the estimates (empirical Bayes, James and Stein).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError

Reals = NDArray[np.float64]
_BOOTSTRAPS = 200


@dataclass(frozen=True)
class Spread:
    """Of each parameter (P,): standard deviation within and across people, and the share of variance that is theirs.

    `across` has the noise of few photos taken off; `share` is across² / (across² + within²), in [0, 1].
    """

    within: Reals
    across: Reals
    share: Reals


def person_spread(values: NDArray[np.floating[Any]], identity: NDArray[np.integer]) -> Spread:
    """Spread of values (N,P) found in photos of person identity[i] (N,).

    InputError unless there are two people and one of them has two photos. A parameter that never changes has share 0.
    """
    people, inverse, counts = np.unique(np.asarray(identity), return_inverse=True, return_counts=True)
    if len(people) < 2 or counts.max() < 2:
        raise InputError(
            f"The spread across people needs at least two people and one with two photos, but there are {len(counts)} "
            f"people with at most {int(counts.max(initial=0))} photos; add photos of the same people."
        )
    within, across = _variances(_person_sums(np.asarray(values, np.float64), inverse, len(people)), counts)
    return Spread(np.sqrt(within), np.sqrt(across), _share(within, across))


def calibrated_confidence(
    values: NDArray[np.floating[Any]],
    identity: NDArray[np.integer],
    groups: Sequence[str] | None = None,
    seen: NDArray[np.floating[Any]] | None = None,
    seed: int = 0,
) -> Reals:
    """(P,) in [0, 1]: the correlation to expect, on people not measured, between two photos of one person.

    values (N,P) were found in photos of person identity[i] (N,). `groups` (P,) names each parameter's group (default:
    one for all). `seen` (P,), the share of a parameter's change that can be read from a render, is an upper limit:
    values that agree about something that cannot be seen are a habit and no finding. Raises as `person_spread` does.
    """
    share = person_spread(values, identity).share
    noise = _noise(np.asarray(values, np.float64), np.asarray(identity), seed)
    confidence = np.empty_like(share)
    names = np.asarray(groups if groups is not None else [""] * len(share))
    for name in np.unique(names):
        rows = names == name
        mean = share[rows].mean()
        # Spread of the true shares: that of the estimates less their noise. The noise of a group is pooled.
        spread = max(0.0, float(share[rows].var()) - float(noise[rows].mean()))
        kept = spread / (spread + float(noise[rows].mean()) + 1e-12)
        confidence[rows] = mean + kept * (share[rows] - mean)
    limit = np.ones_like(share) if seen is None else np.clip(np.nan_to_num(seen), 0.0, 1.0)
    return np.clip(np.minimum(confidence, limit), 0.0, 1.0)


def _noise(values: Reals, identity: NDArray[np.integer], seed: int) -> Reals:
    """(P,) variance of the share when the people are drawn anew."""
    people, inverse, counts = np.unique(identity, return_inverse=True, return_counts=True)
    sums = _person_sums(values, inverse, len(people))
    rng = np.random.default_rng(seed)
    shares: list[Reals] = []
    while len(shares) < _BOOTSTRAPS:
        drawn = rng.integers(0, len(people), len(people))
        if counts[drawn].max() > 1:
            shares.append(_share(*_variances((sums[0][drawn], sums[1][drawn]), counts[drawn])))
    return np.var(shares, axis=0, ddof=1)


def _person_sums(values: Reals, inverse: NDArray[np.integer], people: int) -> tuple[Reals, Reals]:
    """(people,P) sums of the values and of their squares, about the mean of all."""
    centred = values - values.mean(0)
    sums, squares = np.zeros((people, values.shape[1])), np.zeros((people, values.shape[1]))
    np.add.at(sums, inverse, centred)
    np.add.at(squares, inverse, np.square(centred))
    return sums, squares


def _variances(sums: tuple[Reals, Reals], counts: NDArray[np.integer]) -> tuple[Reals, Reals]:
    """(P,) variance within people, and across people less what few photos add to it (not below 0)."""
    total, squares = sums
    n, people = int(counts.sum()), len(counts)
    grand = total.sum(0) / n
    means = total / counts[:, None]
    within = np.maximum((squares - total * means).sum(0), 0.0) / (n - people)
    between = (counts[:, None] * np.square(means - grand)).sum(0) / (people - 1)
    each = (n - np.square(counts).sum() / n) / (people - 1)
    return within, np.maximum(between - within, 0.0) / each


def _share(within: Reals, across: Reals) -> Reals:
    total = within + across
    return np.where(total > 1e-12, across / np.maximum(total, 1e-12), 0.0)
