"""Retrieval of people by their characters, on made-up embeddings whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.likeness import Faces
from core.evaluate.people import measure_people, psnr_db
from core.evaluate.retrieval import retrieve
from engine_bridge.errors import InputError

PEOPLE, EACH = 30, 3
IDENTITY = np.repeat(np.arange(PEOPLE), EACH)


def faces(embeddings: NDArray[np.float64], lightness: float = 50.0) -> Faces:
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    cheeks = np.tile(np.array([lightness, 10.0, 15.0], np.float32), (len(unit), 1))
    cheeks[:, 0] += np.linspace(-1, 1, len(unit))[::-1]
    return Faces(unit.astype(np.float32), cheeks, np.ones(len(unit), bool))


def people(noise: float) -> NDArray[np.float64]:
    random = np.random.default_rng(4)
    return random.normal(size=(PEOPLE, 128))[IDENTITY] + noise * random.normal(size=(len(IDENTITY), 128))


def test_faithful_renders_find_their_person_whatever_the_domains_difference() -> None:
    photos = people(0.1)
    found = retrieve(faces(photos), faces(photos / np.linalg.norm(photos, axis=1, keepdims=True) + 3.0), IDENTITY)
    assert (found.rank_1, found.rank_5, found.people) == (1.0, 1.0, PEOPLE)


def test_one_answer_for_everybody_is_chance_and_not_a_hit() -> None:
    renders = Faces(np.zeros((len(IDENTITY), 128), np.float32), faces(people(0.1)).cheeks, np.ones(len(IDENTITY), bool))
    found = retrieve(faces(people(0.1)), renders, IDENTITY)
    assert found.rank_1 == found.rank_5 == 0.0


def test_random_renders_are_at_chance() -> None:
    renders = faces(np.random.default_rng(9).normal(size=(len(IDENTITY), 128)))
    found = retrieve(faces(people(0.1)), renders, IDENTITY)
    assert found.rank_1 < 0.15 and 0.05 < found.rank_5 < 0.35


def test_a_render_without_a_face_is_a_miss() -> None:
    photos = faces(people(0.05))
    lost = np.arange(len(IDENTITY)) >= len(IDENTITY) // 2
    renders = Faces(photos.embeddings * lost[:, None], photos.cheeks, lost)
    assert retrieve(photos, renders, IDENTITY).rank_5 == pytest.approx(0.5, abs=0.01)


def test_people_with_one_photo_are_left_out_and_one_person_is_refused() -> None:
    photos = faces(people(0.05))
    alone = IDENTITY.copy()
    alone[:EACH] = [100, 101, 102]
    assert retrieve(photos, photos, alone).people == PEOPLE - 1
    with pytest.raises(InputError, match="at least two people"):
        retrieve(photos, photos, np.zeros(len(IDENTITY), int))


def test_the_whole_table_is_measured_and_verification_needs_twenty_people() -> None:
    photos, renders = faces(people(0.1), 60.0), faces(people(0.2), 52.0)
    figures = measure_people(photos, renders, people(0.1), IDENTITY, np.full(len(IDENTITY), 30.0))
    assert figures.imitator_psnr_db == 30.0
    assert figures.retrieval.rank_1 > 0.9 and 6.0 < figures.skin_difference < 9.0
    assert figures.verification is not None and figures.verification.parameters > 0.95
    assert figures.as_dict()["verification"]["photos"] == figures.verification.photos
    few = IDENTITY < 19
    seen, drawn = (Faces(f.embeddings[few], f.cheeks[few], f.found[few]) for f in (photos, renders))
    assert measure_people(seen, drawn, people(0.1)[few], IDENTITY[few], np.zeros(few.sum())).verification is None


def test_psnr_of_a_constant_error_is_known() -> None:
    black = np.zeros((4, 4, 3), np.uint8)
    assert psnr_db(black, black) == 99.0
    assert psnr_db(black, black + np.uint8(51)) == pytest.approx(20 * np.log10(5))
