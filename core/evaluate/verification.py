"""Verification: do two photos show one person, judged by what was reconstructed from each of them?

The protocol of the paper (Tables 3 and 6), which is that of 3DMM-CNN (Tran et al., CVPR 2017, section 4.2): descriptors
are rotated by a PCA learned on the training folds, without reducing dimensions; then each value becomes its signed
square root; pairs are compared by cosine; the threshold that is best on the training folds judges the fold left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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

    def __len__(self) -> int:
        return len(self.same)

    def among(self, usable: NDArray[np.bool_]) -> Pairs:
        """The pairs whose two rows are both `usable` (N,)."""
        kept = usable[self.first] & usable[self.second]
        return Pairs(self.first[kept], self.second[kept], self.same[kept], self.fold[kept])

    def moved(self, rows: Ints) -> Pairs:
        """The same pairs where row i is called rows[i]."""
        return Pairs(rows[self.first], rows[self.second], self.same, self.fold)


@dataclass(frozen=True)
class Verification:
    """Accuracy in [0, 1] of each fold when it is left out."""

    folds: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        """The mean over folds: what tables report."""
        return float(np.mean(self.folds))

    @property
    def standard_error(self) -> float:
        """Of the mean over folds, as LFW's own tables state it."""
        return float(np.std(self.folds, ddof=1) / np.sqrt(len(self.folds))) if len(self.folds) > 1 else float("nan")


def pairs_of_people(
    identity: NDArray[np.integer],
    per_fold: int = 300,
    seed: int = 0,
    allowed: Callable[[Ints, Ints], NDArray[np.bool_]] | None = None,
) -> Pairs:
    """Up to `per_fold` pairs of one person and as many of two, in each of ten folds that have their own people.

    `identity` (N,) names the person of each row; `allowed` says of two lists of rows which pairs may be drawn (default:
    all). Raises InputError with fewer than two people a fold, or a fold without a pair of one person or of two.
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
        pairs = np.stack([rows[side] for side in np.triu_indices(len(rows), 1)], 1)
        if allowed is not None:
            pairs = pairs[allowed(pairs[:, 0], pairs[:, 1])]
        same = identity[pairs[:, 0]] == identity[pairs[:, 1]]
        count = min(per_fold, int(same.sum()), int((~same).sum()))
        if not count:
            which = "two people" if same.any() else "one person"
            raise InputError(
                f"Among the {len(members)} people of one fold no pair of photos shows {which}"
                f"{'' if allowed is None else ' and is allowed'}; every fold needs such pairs, add photos."
            )
        for kind in (True, False):
            found.append((pairs[rng.choice(np.flatnonzero(same == kind), count, replace=False)], kind, fold))
    return collected(found)


def collected(parts: Sequence[tuple[Ints, bool, int]]) -> Pairs:
    """Pairs out of parts: rows (M,2), whether these show one person, and their fold."""
    rows = np.concatenate([pairs for pairs, _, _ in parts])
    lengths = [len(pairs) for pairs, _, _ in parts]
    same = np.repeat([kind for _, kind, _ in parts], lengths)
    return Pairs(rows[:, 0], rows[:, 1], same, np.repeat([fold for _, _, fold in parts], lengths))


def verify(descriptors: NDArray[np.floating], pairs: Pairs, adapt: bool = True) -> Verification:
    """Judge pairs of descriptor rows (N, D); without `adapt` plain cosine is compared, as face embeddings are."""
    values = np.asarray(descriptors, np.float64)
    if not np.isfinite(values).all():
        raise InputError("A descriptor is not a finite number; every row needs numbers only.")
    empty = sorted(set(range(FOLDS)) - set(pairs.fold.tolist()))
    if empty:
        raise InputError(f"Fold {empty[0] + 1} of {FOLDS} has no pair whose photos both have a descriptor; add photos.")
    accuracies: list[float] = []
    for fold in range(FOLDS):
        held = pairs.fold == fold
        used = np.unique(np.concatenate([pairs.first[~held], pairs.second[~held]]))
        shown = _adapted(values, used) if adapt else values
        cosine = _cosines(shown, pairs)
        limit = best_threshold(cosine[~held], pairs.same[~held])
        accuracies.append(float(((cosine[held] > limit) == pairs.same[held]).mean()))
    return Verification(tuple(accuracies))


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


def _adapted(values: Reals, used: Ints) -> Reals:
    """Values in the principal axes of the used rows, about their mean, as signed square roots."""
    mean = values[used].mean(0)
    _, _, axes = np.linalg.svd(values[used] - mean, full_matrices=False)
    turned = (values - mean) @ axes.T
    return np.sign(turned) * np.sqrt(np.abs(turned))


def _cosines(values: Reals, pairs: Pairs) -> Reals:
    unit = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
    return np.einsum("nd,nd->n", unit[pairs.first], unit[pairs.second])
