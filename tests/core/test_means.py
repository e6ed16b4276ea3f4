"""Means of other people: each person weighs the same, and a file belongs to one bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.align.face import shared_net
from core.evaluate.geometry_error import EXPRESSIONS, FaceShapes
from core.evaluate.likeness import Faces
from core.evaluate.means import DomainMeans, domain_means
from core.evaluate.people import measure_people
from engine_bridge.errors import InputError


def faces(embeddings: np.ndarray, found: np.ndarray | None = None) -> Faces:
    count = len(embeddings)
    mesh = shared_net().canonical_mesh.numpy()
    mesh = np.concatenate([mesh, mesh[[458] * 10]]) * [10.0, -10.0, -10.0] + 128.0
    cheeks = np.tile(np.array([50.0, 10, 15], np.float32), (count, 1))
    cheeks[:, 0] += np.arange(count)
    there = np.ones(count, bool) if found is None else found
    points = np.where(there[:, None, None], np.tile(mesh, (count, 1, 1)), np.nan)
    return Faces(embeddings.astype(np.float32), cheeks, there, points.astype(np.float32))


def means(photo: float = 0.0, render: float = 0.0) -> DomainMeans:
    nothing = FaceShapes(np.zeros((1, 468, 3), np.float32), np.zeros((1, EXPRESSIONS), np.float32))
    shift = [np.full(128, value, np.float32) for value in (photo, render)]
    return DomainMeans(shift[0], shift[1], nothing, nothing, 200, 2889, "head 1")


def test_each_person_weighs_the_same_and_lost_renders_do_not_count() -> None:
    embeddings = np.zeros((5, 128))
    embeddings[:3, 0], embeddings[3, 1], embeddings[4, 2] = 1.0, 1.0, 1.0
    found = np.array([True, True, True, True, False])
    mean = domain_means(faces(embeddings), faces(2 * embeddings, found), np.array([7, 7, 7, 8, 9]), "head 1")
    assert (mean.people, mean.photos, mean.bundle) == (2, 4, "head 1")
    assert mean.photo_embedding[:3].tolist() == [0.5, 0.5, 0.0] and mean.render_embedding[:2].tolist() == [1.0, 1.0]
    assert np.abs(mean.photo_shape.geometry[0] - shared_net().canonical_mesh.numpy()).max() < 1e-3
    with pytest.raises(InputError, match="Means need photos"):
        domain_means(faces(embeddings), faces(embeddings, np.zeros(5, bool)), np.arange(5), "head 1")


def test_a_file_is_read_back_and_another_bundles_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "means.npz"
    means(0.25, 0.5).save(path)
    found = DomainMeans.load(path, "head 1")
    assert found.described == "200 other people (2889 photos)"
    assert (found.photo_embedding == 0.25).all() and (found.render_embedding == 0.5).all()
    with pytest.raises(InputError, match="bundle 'head 1', but 'head 2' is measured"):
        DomainMeans.load(path, "head 2")
    with pytest.raises(InputError, match="cannot be read"):
        DomainMeans.load(tmp_path / "absent.npz", "head 1")
    np.savez(tmp_path / "other.npz", names=np.zeros(3))
    with pytest.raises(InputError, match="no means of this version"):
        DomainMeans.load(tmp_path / "other.npz", "head 1")
    with np.load(path) as saved:
        arrays = dict(saved)
    arrays["photo_geometry"] = arrays["photo_geometry"][:, :5]
    np.savez(tmp_path / "cut.npz", **arrays)
    with pytest.raises(InputError, match="lacks finite numbers photo_geometry"):
        DomainMeans.load(tmp_path / "cut.npz", "head 1")


def test_people_are_measured_after_the_given_means_and_the_figures_say_so() -> None:
    rng = np.random.default_rng(4)
    identity = np.repeat(np.arange(12), 5)
    embeddings = rng.normal(size=(12, 128))[identity] + 0.2 * rng.normal(size=(60, 128))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    # Renders shifted by a constant: means that know of it restore what means that do not lose.
    photos, renders = faces(embeddings), faces(embeddings + 2.0)
    inputs = photos, renders, rng.normal(size=(60, 6)), identity, np.full(60, 30.0)
    own, right, wrong = (measure_people(*inputs, given) for given in (None, means(0.0, 2.0), means(0.0, 0.0)))
    assert own.means == "these very people" and right.means == wrong.means == "200 other people (2889 photos)"
    assert own.likeness.closer_share > 0.95 and right.likeness.closer_share > 0.95 > wrong.likeness.closer_share
    assert right.retrieval.rank_1 > 0.9 > wrong.retrieval.rank_1
    assert right.geometry is not None and right.geometry.error_cm < 1e-3 and right.geometry.photos == 60


def test_consistency_is_the_persons_share_of_the_parameters() -> None:
    rng = np.random.default_rng(5)
    identity = np.repeat(np.arange(15), 4)
    person = rng.normal(size=(15, 40))[identity]
    embeddings = rng.normal(size=(60, 128))
    steady = measure_people(faces(embeddings), faces(embeddings), person, identity, np.zeros(60)).consistency
    noisy = person + rng.normal(size=(60, 40))
    shaken = measure_people(faces(embeddings), faces(embeddings), noisy, identity, np.zeros(60)).consistency
    assert steady is not None and steady.within < 1e-6 and steady.person_share == pytest.approx(1.0)
    assert shaken is not None and shaken.person_share == pytest.approx(0.5, abs=0.12)
    assert shaken.within == pytest.approx(1.0, abs=0.1)
