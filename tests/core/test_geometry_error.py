"""Geometry errors of made-up faces: what pose, expression and the domain do to them; outlines of known overlap."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.align.face import shared_net
from core.evaluate.geometry_error import (
    EXPRESSIONS,
    FACE_OVAL,
    FaceShapes,
    expression_moves,
    face_shapes,
    measure_geometry,
    outline_overlaps,
)

PEOPLE, EACH = 10, 3
IDENTITY = np.repeat(np.arange(PEOPLE), EACH)


def landmarks(bends: NDArray[np.float64]) -> NDArray[np.float32]:
    """(N,478,3) px: the canonical face, frontal, each bent by its own smooth change (N,3) in cm."""
    mesh = shared_net().canonical_mesh.numpy()
    waves = np.stack([np.sin(mesh[:, [1, 2, 0]]), np.cos(mesh[:, [2, 0, 1]]), np.sin(2 * mesh[:, [0, 1, 2]])])
    faces = mesh + np.einsum("nk,kij->nij", bends, waves)
    faces = np.concatenate([faces, faces[:, [468 - 10] * 10]], 1)
    return (faces * [10.0, -10.0, -10.0] + [128.0, 128.0, 0.0]).astype(np.float32)


@pytest.fixture(scope="module")
def people() -> NDArray[np.float64]:
    return 0.3 * np.random.default_rng(0).normal(size=(PEOPLE, 3))[IDENTITY]


def test_a_character_of_the_same_shape_has_no_error_wherever_it_is_and_however_turned(
    people: NDArray[np.float64],
) -> None:
    photos = landmarks(people)
    angle = 0.4
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32)
    turned = (0.7 * photos @ turn + np.array([30, 5, 2])).astype(np.float32)
    one, other = face_shapes(photos), face_shapes(turned)
    assert np.abs(one.geometry - other.geometry).max() < 1e-3
    found = measure_geometry(photos, photos * 0.5 + 3, IDENTITY)
    assert found is not None and found.photos == len(IDENTITY)
    assert found.error_cm < 1e-3 and found.without_expression_cm < 1e-3
    assert found.stranger_cm > 0.1 and found.mean_face_cm > 0.1
    assert found.outline_overlap > 0.98


def test_a_constant_difference_of_the_domains_is_taken_off_unless_given_means_know_nothing_of_it(
    people: NDArray[np.float64],
) -> None:
    photos, renders = landmarks(people), landmarks(people + np.array([0.4, 0.0, 0.0]))
    own = measure_geometry(photos, renders, IDENTITY)
    nothing = FaceShapes(np.zeros((1, 468, 3), np.float32), np.zeros((1, EXPRESSIONS), np.float32))
    given = measure_geometry(photos, renders, IDENTITY, nothing, nothing)
    assert own is not None and given is not None
    assert own.error_cm < 0.1 < 0.3 < given.error_cm


def test_one_face_for_everybody_is_as_wrong_as_the_mean_face(people: NDArray[np.float64]) -> None:
    found = measure_geometry(landmarks(people), landmarks(0 * people), IDENTITY)
    assert found is not None
    assert found.without_expression_cm == pytest.approx(found.mean_face_cm) == pytest.approx(found.stranger_cm)


def test_what_expression_explains_within_people_is_taken_off_people_it_was_not_learned_from() -> None:
    rng = np.random.default_rng(1)
    people, each = 40, 6
    identity = np.repeat(np.arange(people), each)
    expression = rng.uniform(0, 1, (len(identity), EXPRESSIONS))
    basis = rng.normal(size=(EXPRESSIONS, 1404))
    faces = rng.normal(size=(people, 1404))[identity]
    geometry = (faces + expression @ basis).reshape(-1, 468, 3)
    moves, neutral = expression_moves(FaceShapes(geometry, expression), identity, np.zeros_like(expression))
    assert np.abs(neutral).max() == 0.0
    left = geometry.reshape(len(identity), -1) - moves
    assert np.square(left - faces).mean() < 0.1 * np.square(expression @ basis).mean()
    # A person's own photos say nothing about the map that is applied to them.
    own = identity == 0
    geometry[own] += (50.0 * expression[own] @ basis[::-1]).reshape(-1, 468, 3)
    changed, _ = expression_moves(FaceShapes(geometry, expression), identity, np.zeros_like(expression))
    assert np.allclose(changed[own], moves[own]) and not np.allclose(changed[~own], moves[~own])


def test_without_two_photos_of_anybody_nothing_is_called_expression() -> None:
    rng = np.random.default_rng(2)
    shapes = FaceShapes(rng.normal(size=(12, 468, 3)), rng.uniform(0, 1, (12, EXPRESSIONS)))
    moves, other = expression_moves(shapes, np.arange(12), shapes.expression)
    assert not moves.any() and not other.any()


def test_outlines_overlap_by_their_shared_area_after_the_faces_are_laid_over_each_other() -> None:
    points = np.zeros((1, 478, 3), np.float32)
    # The five points that photos are aligned by, equal in both; the outline a square of 100 and of 100 x 50 px.
    points[0, [33, 133, 362, 263, 1, 61, 291], :2] = [
        [20, 30],
        [40, 30],
        [60, 30],
        [80, 30],
        [50, 50],
        [30, 70],
        [70, 70],
    ]
    turns = np.linspace(0, 2 * np.pi, len(FACE_OVAL), endpoint=False)
    circle = np.stack([np.cos(turns), np.sin(turns)], 1)
    points[0, list(FACE_OVAL), :2] = 50 + 50 * circle
    flat = points.copy()
    flat[0, list(FACE_OVAL), 1] = 50 + 25 * circle[:, 1]
    assert outline_overlaps(points, 3 * points + 7)[0] == pytest.approx(1.0, abs=0.02)
    assert outline_overlaps(points, flat)[0] == pytest.approx(0.5, abs=0.02)
    assert outline_overlaps(flat, points)[0] == pytest.approx(0.5, abs=0.02)


def test_pictures_without_landmarks_are_left_out(people: NDArray[np.float64]) -> None:
    photos, renders = landmarks(people), landmarks(people)
    renders[4] = np.nan
    found = measure_geometry(photos, renders, IDENTITY)
    assert found is not None and found.photos == len(IDENTITY) - 1
    assert measure_geometry(photos, np.full_like(renders, np.nan), IDENTITY) is None
    shapes = face_shapes(renders)
    assert np.isnan(shapes.geometry[4]).all() and np.isfinite(shapes.geometry[5]).all()
    with torch.inference_mode():
        expected = shared_net().canonical(torch.from_numpy(renders[5:6])).numpy()
    assert np.allclose(shapes.geometry[5], expected[0], atol=1e-5)
