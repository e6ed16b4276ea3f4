"""Verification on made-up descriptors whose answer is known, and pairs that never mix folds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.verification import FOLDS, best_threshold, pairs_of_people, verify
from engine_bridge.errors import InputError

PEOPLE, EACH = 40, 6


@pytest.fixture(scope="module")
def identity() -> NDArray[np.int64]:
    return np.repeat(np.arange(PEOPLE), EACH)


def descriptors(identity: NDArray[np.int64], noise: float, size: int = 24) -> NDArray[np.float64]:
    random = np.random.default_rng(1)
    return random.normal(size=(PEOPLE, size))[identity] + noise * random.normal(size=(len(identity), size))


def test_folds_share_no_person_and_hold_as_many_pairs_of_each_kind(identity: NDArray[np.int64]) -> None:
    pairs = pairs_of_people(identity, per_fold=20)
    assert len(pairs.same) == 2 * 20 * FOLDS and pairs.same.sum() == 20 * FOLDS
    assert np.array_equal(identity[pairs.first] == identity[pairs.second], pairs.same)
    assert (pairs.first != pairs.second).all()
    home = {int(p): set(pairs.fold[identity[pairs.first] == p]) | set(pairs.fold[identity[pairs.second] == p])
            for p in range(PEOPLE)}  # fmt: skip
    assert all(len(folds) <= 1 for folds in home.values())


def test_pairs_are_drawn_by_seed(identity: NDArray[np.int64]) -> None:
    first, again, other = (pairs_of_people(identity, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.first, again.first) and not np.array_equal(first.first, other.first)


def test_distinct_people_are_told_apart_and_noise_is_chance(identity: NDArray[np.int64]) -> None:
    pairs = pairs_of_people(identity)
    told = verify(descriptors(identity, 0.05), pairs)
    assert told.accuracy > 0.99 and told.standard_error < 0.01 and len(told.folds) == FOLDS
    chance = verify(np.random.default_rng(5).normal(size=(len(identity), 24)), pairs)
    assert 0.4 < chance.accuracy < 0.6


def test_the_adaptation_finds_a_person_beneath_one_loud_value(identity: NDArray[np.int64]) -> None:
    loud = descriptors(identity, 0.3)
    loud[:, 0] = 40.0 * np.random.default_rng(2).normal(size=len(loud))
    pairs = pairs_of_people(identity)
    assert verify(loud, pairs).accuracy > verify(loud, pairs, adapt=False).accuracy + 0.1


def test_nothing_of_the_fold_left_out_is_learned_from(identity: NDArray[np.int64]) -> None:
    values = descriptors(identity, 0.6)
    pairs = pairs_of_people(identity)
    rows = np.unique(np.concatenate([pairs.first[pairs.fold == 0], pairs.second[pairs.fold == 0]]))
    swapped = pairs.same.copy()
    swapped[pairs.fold == 0] ^= True
    told = verify(values, pairs)
    lied = verify(values, type(pairs)(pairs.first, pairs.second, swapped, pairs.fold))
    assert lied.folds[0] == pytest.approx(1.0 - told.folds[0])
    assert len(rows) and lied.folds[1:] != told.folds[1:]


def test_the_threshold_lies_between_the_scores_and_takes_either_end() -> None:
    assert best_threshold(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])) == pytest.approx(0.5)
    assert best_threshold(np.array([0.1, 0.2]), np.array([True, True])) < 0.1
    assert best_threshold(np.array([0.1, 0.2]), np.array([False, False])) > 0.2


def test_pairs_with_a_lost_photo_are_left_out_and_an_empty_fold_is_refused(identity: NDArray[np.int64]) -> None:
    pairs = pairs_of_people(identity, per_fold=20)
    usable = np.ones(len(identity), bool)
    usable[::7] = False
    kept = pairs.among(usable)
    assert 0 < len(kept) < len(pairs) and usable[kept.first].all() and usable[kept.second].all()
    usable[pairs.first[pairs.fold == 3]] = False
    with pytest.raises(InputError, match="Fold 4 of 10 has no pair"):
        verify(descriptors(identity, 0.1), pairs.among(usable))


def test_too_few_people_single_photos_and_rubbish_are_refused(identity: NDArray[np.int64]) -> None:
    with pytest.raises(InputError, match="at least two people, but there are 19"):
        pairs_of_people(np.repeat(np.arange(19), 3))
    with pytest.raises(InputError, match="no pair of photos shows one person;"):
        pairs_of_people(np.arange(40))
    broken = descriptors(identity, 0.1)
    broken[3, 3] = np.nan
    with pytest.raises(InputError, match="not a finite number"):
        verify(broken, pairs_of_people(identity))
