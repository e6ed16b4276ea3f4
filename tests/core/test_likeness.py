"""The likeness figures on made-up embeddings whose answer is known, and cheek lightness on painted cheeks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.likeness import Faces, measure_likeness, person_mean
from engine_bridge.errors import InputError

PEOPLE, EACH = 12, 4


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def faces(embeddings: NDArray[np.float64], lightness: NDArray[np.float64] | None = None) -> Faces:
    count = len(embeddings)
    shown = np.linspace(20, 80, count) if lightness is None else lightness
    cheeks = np.stack([shown, np.zeros(count), np.zeros(count)], 1)
    return Faces(unit(embeddings), cheeks.astype(np.float32), np.ones(count, bool))


@pytest.fixture
def identity() -> NDArray[np.int64]:
    return np.repeat(np.arange(PEOPLE), EACH)


@pytest.fixture
def photos(identity: NDArray[np.int64]) -> NDArray[np.float64]:
    """People far apart, photos of one person close together."""
    random = np.random.default_rng(3)
    return random.normal(size=(PEOPLE, 128))[identity] + 0.2 * random.normal(size=(len(identity), 128))


def test_faithful_renders_are_always_closer_to_their_person(
    photos: NDArray[np.float64], identity: NDArray[np.int64]
) -> None:
    found = measure_likeness(faces(photos), faces(photos * 0.7), identity)
    assert found.closer_share == found.photo_closer_share == 1.0
    assert (found.closer_share_low, found.closer_share_high) == (1.0, 1.0)
    assert found.anchors == PEOPLE * EACH and found.people == PEOPLE
    assert found.pairs == PEOPLE * EACH * (EACH - 1) * (PEOPLE - 1) * EACH
    assert found.lightness_correlation == pytest.approx(1.0)


def test_characters_of_one_person_that_agree_have_a_high_cosine_of_their_own(identity: NDArray[np.int64]) -> None:
    random = np.random.default_rng(6)
    person = random.normal(size=(PEOPLE, 128))[identity]
    steady = measure_likeness(faces(person), faces(person), identity)
    assert steady.own_render_cosine == pytest.approx(1.0) and abs(steady.render_cosine) < 0.1
    loose = measure_likeness(faces(person), faces(person + random.normal(size=person.shape)), identity)
    assert loose.own_render_cosine == pytest.approx(0.5, abs=0.1)


def test_chosen_rows_keep_their_landmarks(photos: NDArray[np.float64]) -> None:
    every = faces(photos)
    landed = Faces(
        every.embeddings, every.cheeks, every.found, np.arange(len(photos) * 3, dtype=np.float32).reshape(-1, 1, 3)
    )
    chosen = landed.rows(np.array([4, 1]))
    assert chosen.points is not None and chosen.points[:, 0, 0].tolist() == [12.0, 3.0]
    assert np.array_equal(chosen.lightness, every.lightness[[4, 1]]) and every.rows(every.found).points is None


def test_renders_that_know_nothing_are_at_chance(photos: NDArray[np.float64], identity: NDArray[np.int64]) -> None:
    random = np.random.default_rng(0)
    found = measure_likeness(faces(photos), faces(random.normal(size=photos.shape)), identity)
    assert 0.4 < found.closer_share < 0.6
    assert found.closer_share_low < found.closer_share < found.closer_share_high


def test_one_face_for_everybody_is_exactly_chance_and_shows_in_the_render_cosine(
    photos: NDArray[np.float64], identity: NDArray[np.int64]
) -> None:
    found = measure_likeness(faces(photos), faces(np.ones_like(photos)), identity)
    assert found.closer_share == pytest.approx(0.5, abs=0.12)
    assert found.render_cosine == pytest.approx(1.0) and abs(found.photo_cosine) < 0.2


def test_a_constant_difference_between_the_domains_does_not_matter(
    photos: NDArray[np.float64], identity: NDArray[np.int64]
) -> None:
    shifted = photos / np.linalg.norm(photos, axis=1, keepdims=True) + 5 * np.ones(128)
    assert measure_likeness(faces(photos), faces(shifted), identity).closer_share > 0.99


def test_given_means_are_used(photos: NDArray[np.float64], identity: NDArray[np.int64]) -> None:
    described = faces(photos)
    mean = person_mean(described, identity)
    assert measure_likeness(described, described, identity, mean, mean) == measure_likeness(
        described, described, identity
    )
    shifted = faces(photos / np.linalg.norm(photos, axis=1, keepdims=True) + 5 * np.ones(128))
    uncentred = measure_likeness(described, shifted, identity, mean, np.zeros(128, np.float32))
    assert uncentred.closer_share < 0.8, "a shift that the given mean does not take away swallows the person"


def test_a_render_without_a_face_counts_as_not_closer(photos: NDArray[np.float64], identity: NDArray[np.int64]) -> None:
    lost = np.ones(len(identity), bool)
    lost[: PEOPLE * EACH // 4] = False
    renders = faces(photos)
    renders = Faces(renders.embeddings * lost[:, None], np.where(lost[:, None], renders.cheeks, np.nan), lost)
    found = measure_likeness(faces(photos), renders, identity)
    assert found.closer_share == pytest.approx(0.75) and found.renders_without_face == PEOPLE * EACH // 4


def test_reversed_lightness_is_a_correlation_of_minus_one(
    photos: NDArray[np.float64], identity: NDArray[np.int64]
) -> None:
    dark = faces(photos, np.linspace(80, 20, len(identity)))
    assert measure_likeness(faces(photos), dark, identity).lightness_correlation == pytest.approx(-1.0)


def test_the_figures_are_the_same_every_time(photos: NDArray[np.float64], identity: NDArray[np.int64]) -> None:
    noisy = faces(photos + np.random.default_rng(1).normal(size=photos.shape) * 3)
    assert measure_likeness(faces(photos), noisy, identity) == measure_likeness(faces(photos), noisy, identity)


def test_too_few_people_or_photos_are_refused(photos: NDArray[np.float64]) -> None:
    with pytest.raises(InputError, match="at least two people"):
        measure_likeness(faces(photos), faces(photos), np.zeros(len(photos), int))
    with pytest.raises(InputError, match="at least two people"):
        measure_likeness(faces(photos), faces(photos), np.arange(len(photos)))
    with pytest.raises(InputError, match=r"48 photos, 47 renders"):
        measure_likeness(faces(photos), faces(photos[1:]), np.zeros(len(photos), int))
