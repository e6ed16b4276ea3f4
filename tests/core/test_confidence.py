"""How far a parameter can be trusted, on made-up values whose share of variance across people is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.confidence import calibrated_confidence, person_spread
from engine_bridge.errors import InputError

SHARES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


def drawn(
    people: int, each: int, shares: NDArray[np.float64], seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Values (people * each, P) of unit variance, of which `shares` belong to the person."""
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(people), each)
    across = rng.normal(size=(people, len(shares)))[identity] * np.sqrt(shares)
    return across + rng.normal(size=(len(identity), len(shares))) * np.sqrt(1 - shares), identity


@pytest.mark.parametrize("each", [2, 8])
def test_the_share_is_that_of_the_people_however_few_photos_each_has(each: int) -> None:
    values, identity = drawn(1_000, each, SHARES)
    found = person_spread(values, identity)
    assert found.share == pytest.approx(SHARES, abs=0.06)
    assert found.within == pytest.approx(np.sqrt(1 - SHARES), abs=0.05)
    assert found.across == pytest.approx(np.sqrt(SHARES), abs=0.2)


def test_people_with_unequal_numbers_of_photos_are_weighed_rightly() -> None:
    rng = np.random.default_rng(3)
    identity = np.repeat(np.arange(600), rng.integers(1, 9, 600))
    values = rng.normal(size=600)[identity] + rng.normal(size=len(identity))
    order = rng.permutation(len(identity))
    assert person_spread(values[order, None] + 7, identity[order]).share == pytest.approx([0.5], abs=0.06)


def test_a_parameter_that_never_changes_is_not_trusted() -> None:
    values, identity = drawn(30, 3, SHARES)
    values[:, 4] = 1.25
    assert person_spread(values, identity).share[4] == 0.0
    assert np.isfinite(calibrated_confidence(values, identity)).all()


def test_the_confidence_foretells_new_people_better_than_the_bare_share() -> None:
    rng = np.random.default_rng(5)
    truth = np.clip(rng.normal(0.5, 0.08, 200), 0, 1)
    values, identity = drawn(25, 3, truth, seed=6)
    confidence, bare = calibrated_confidence(values, identity), person_spread(values, identity).share
    assert np.square(confidence - truth).mean() < 0.5 * np.square(bare - truth).mean()
    assert np.corrcoef(confidence, truth)[0, 1] > 0.2
    assert confidence.mean() == pytest.approx(truth.mean(), abs=0.05)


def test_a_parameter_is_drawn_towards_its_own_group_only() -> None:
    truth = np.repeat([0.1, 0.8], 40)
    values, identity = drawn(30, 3, truth)
    together = calibrated_confidence(values, identity)
    apart = calibrated_confidence(values, identity, ["low"] * 40 + ["high"] * 40)
    assert np.square(apart - truth).mean() < np.square(together - truth).mean()


def test_what_cannot_be_seen_limits_the_confidence() -> None:
    values, identity = drawn(40, 4, np.full(3, 0.8))
    limited = calibrated_confidence(values, identity, seen=np.array([1.0, 0.05, np.nan]))
    assert limited[0] > 0.6 and limited[1] == 0.05 and limited[2] == 0.0


def test_one_person_or_single_photos_are_refused_in_words() -> None:
    with pytest.raises(InputError, match="there are 1 people with at most 5 photos"):
        person_spread(np.zeros((5, 2)), np.zeros(5, int))
    with pytest.raises(InputError, match="there are 5 people with at most 1 photos"):
        calibrated_confidence(np.zeros((5, 2)), np.arange(5))
