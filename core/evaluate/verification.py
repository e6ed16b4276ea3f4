"""Verification: do two photos show one person, judged by what was reconstructed from each of them?

The protocol of the paper (Tables 3 and 6), which is that of 3DMM-CNN (Tran et al., CVPR 2017, section 4.2): descriptors
are rotated by a PCA learned on the training folds, without reducing dimensions; then each value becomes its signed
square root; pairs are compared by cosine; the threshold that is best on the training folds judges the fold left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError

FOLDS = 10
Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows to tell apart, in folds that share no person when they were made from people."""

    first: Ints
    second: Ints
    same: NDArray[np.bool_]
    fold: Ints
    """(M,) each: two rows of the descriptors, whether they show one person, and the fold 0 to FOLDS - 1."""


@dataclass(frozen=True)
class Verification:
    """Accuracy in [0, 1] of each fold when it is left out, and the area under the ROC curve over all pairs."""

    folds: tuple[float, ...]
    auc: float

    @property
    def accuracy(self) -> float:
        """The mean over folds: what tables report."""
        return float(np.mean(self.folds))


def pairs_of_people(identity: NDArray[np.integer], per_fold: int = 300, seed: int = 0) -> Pairs:
    """Up to `per_fold` pairs of one person and as many of two, in each of ten folds that have their own people.

    `identity` (N,) names the person of each row. Raises InputError with fewer than two people a fold, or a fold in
    which nobody has two photos.
    """
    rng = np.random.default_rng(seed)
    people = rng.permutation(np.unique(identity))
    if len(people) < 2 * FOLDS:
        raise InputError(
            f"Verification takes {FOLDS} folds of at least two people, but there are {len(people)}; add people."
        )
    found: list[tuple[Ints, bool, int]] = []
    for fold, members in enumerate(np.array_split(people, FOLDS)):
        rows = np.flatnonzero(np.isin(identity, members))
        pairs = np.array(list(combinations(rows.tolist(), 2)), np.int64).reshape(-1, 2)
        same = identity[pairs[:, 0]] == identity[pairs[:, 1]]
        if not same.any():
            raise InputError(f"Nobody among {len(members)} people has two photos; verification needs pairs of them.")
        count = min(per_fold, int(same.sum()), int((~same).sum()))
        for kind in (True, False):
            chosen = rng.choice(np.flatnonzero(same == kind), count, replace=False)
            found.append((pairs[chosen], kind, fold))
    rows = np.concatenate([pairs for pairs, _, _ in found])
    lengths = [len(pairs) for pairs, _, _ in found]
    return Pairs(
        rows[:, 0],
        rows[:, 1],
        np.repeat([kind for _, kind, _ in found], lengths),
        np.repeat([fold for _, _, fold in found], lengths),
    )


def verify(descriptors: NDArray[np.floating], pairs: Pairs, adapt: bool = True) -> Verification:
    """Judge pairs of descriptor rows (N, D); without `adapt` plain cosine is compared, as face embeddings are."""
    values = np.asarray(descriptors, np.float64)
    if not np.isfinite(values).all():
        raise InputError("A descriptor is not a finite number; every row needs numbers only.")
    accuracies: list[float] = []
    scores = np.zeros(len(pairs.same))
    for fold in range(FOLDS):
        held = pairs.fold == fold
        used = np.unique(np.concatenate([pairs.first[~held], pairs.second[~held]]))
        shown = _adapted(values, used) if adapt else values
        cosine = _cosines(shown, pairs)
        limit = best_threshold(cosine[~held], pairs.same[~held])
        accuracies.append(float(((cosine[held] > limit) == pairs.same[held]).mean()))
        scores[held] = cosine[held] - limit
    return Verification(tuple(accuracies), roc_auc(scores, pairs.same))


def best_threshold(scores: Reals, same: NDArray[np.bool_]) -> float:
    """The threshold over which most pairs are rightly called the same; midway between two scores."""
    order = np.argsort(scores)
    sorted_same, sorted_scores = same[order], scores[order]
    # Called the same: everything from position k on.
    right = np.concatenate([[0], np.cumsum(~sorted_same)]) + np.concatenate([np.cumsum(sorted_same[::-1])[::-1], [0]])
    k = int(np.argmax(right))
    low = sorted_scores[k - 1] if k > 0 else sorted_scores[0] - 1.0
    high = sorted_scores[k] if k < len(scores) else sorted_scores[-1] + 1.0
    return float(0.5 * (low + high))


def roc_auc(scores: Reals, same: NDArray[np.bool_]) -> float:
    """The chance that a pair of one person scores above a pair of two; a tie counts half."""
    others = np.sort(scores[~same])
    below = np.searchsorted(others, scores[same], "left") + np.searchsorted(others, scores[same], "right")
    return float(below.mean() / (2 * len(others)))


def _adapted(values: Reals, used: Ints) -> Reals:
    """Values in the principal axes of the used rows, about their mean, as signed square roots."""
    mean = values[used].mean(0)
    _, _, axes = np.linalg.svd(values[used] - mean, full_matrices=False)
    turned = (values - mean) @ axes.T
    return np.sign(turned) * np.sqrt(np.abs(turned))


def _cosines(values: Reals, pairs: Pairs) -> Reals:
    unit = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
    return np.einsum("nd,nd->n", unit[pairs.first], unit[pairs.second])
