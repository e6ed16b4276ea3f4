"""Several photos of one person: a stranger is found, a bad photo moves little, and two that disagree are said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.several import find_strangers, together

RNG = np.random.default_rng(5)
PERSON = RNG.normal(size=64).astype(np.float32)
SOMEBODY = RNG.normal(size=64).astype(np.float32)


def faces(*who: NDArray[np.float32]) -> NDArray[np.float32]:
    """Embeddings that scatter around each person's."""
    return np.stack([one + 0.5 * RNG.normal(size=64) for one in who]).astype(np.float32)


def readings(*values: float) -> NDArray[np.float32]:
    return np.array([[value] * 8 for value in values], np.float32)


def test_a_strangers_photo_is_found_wherever_it_lies() -> None:
    for place in range(4):
        people = [PERSON] * 4
        people[place] = SOMEBODY
        assert find_strangers(faces(*people)) == (place,)
    assert find_strangers(faces(*[PERSON] * 5)) == ()
    assert find_strangers(faces(PERSON, SOMEBODY, PERSON, PERSON, SOMEBODY, PERSON)) == (1, 4)


def test_a_stranger_counts_nothing() -> None:
    found = together(readings(0.2, 0.2, 0.9, 0.2), faces(PERSON, PERSON, SOMEBODY, PERSON), np.ones(4, np.float32))
    assert found.strangers == (2,) and found.weights.tolist() == [1, 1, 0, 1]
    assert np.allclose(found.parameters, 0.2)


def test_one_odd_photo_moves_the_result_less_than_a_mean_would() -> None:
    found = together(readings(0.1, 0.12, 0.08, 0.9), faces(*[PERSON] * 4), np.ones(4, np.float32))
    assert abs(found.parameters[0] - 0.1) < 0.1 < abs(0.3 - 0.1)


def test_a_photo_of_little_weight_counts_little() -> None:
    embeddings = faces(PERSON, PERSON)
    fair = together(readings(0.0, 1.0), embeddings, np.array([1, 1], np.float32)).parameters[0]
    smiling = together(readings(0.0, 1.0), embeddings, np.array([1, 0.2], np.float32))
    assert fair == np.float32(0.5) and smiling.parameters[0] < 0.2
    assert np.allclose(smiling.weights, [1, 0.2])


def test_two_photos_of_two_people_are_doubtful_and_neither_is_left_out() -> None:
    found = together(readings(0.0, 1.0), faces(PERSON, -PERSON), np.ones(2, np.float32))
    assert found.doubtful and found.strangers == () and found.weights.tolist() == [1, 1]
    assert not together(readings(0.0, 1.0), faces(PERSON, PERSON), np.ones(2, np.float32)).doubtful
