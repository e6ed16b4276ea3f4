"""Captures around known faces: what is drawn, what the folder keeps, and files that are refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from data_capture import sampling
from data_capture.capture import CaptureSettings
from data_capture.faces import KnownFaces, faces_file, known_faces, read_faces
from data_capture.folder import FACES, create_dataset, read_info, read_known_faces
from engine_bridge.engines import engine_schema
from engine_bridge.errors import DatasetError, InputError
from tests.data_capture.conftest import pattern_info

SCHEMA = engine_schema("pattern")


def two_faces() -> KnownFaces:
    step = 0.4 * SCHEMA.maximum
    values = np.stack([SCHEMA.defaults + step, SCHEMA.defaults - step]).astype(np.float32)
    centres = np.tile(SCHEMA.defaults, (2, 1))
    return known_faces(faces_file(SCHEMA, values, centres), "faces", SCHEMA)


def test_two_fifths_of_the_samples_lie_around_a_known_face_and_the_rest_is_the_mixture() -> None:
    faces, indices = two_faces(), range(1500)
    values = sampling.sample_block(SCHEMA, 4, indices, "faces", faces)
    mixture = sampling.sample_block(SCHEMA, 4, indices, "mixture")
    near = (values != mixture).any(axis=1)
    assert near.mean() == pytest.approx(sampling.FACE_SHARE, abs=0.04)
    assert np.array_equal(values[~near], mixture[~near])
    # Half of them on each face's side of the centre, on average 0.8 of the way to it and as wide as the scales say.
    along = (values[near] - SCHEMA.defaults).mean(axis=1) / (0.4 * SCHEMA.maximum.mean())
    assert (along > 0).mean() == pytest.approx(0.5, abs=0.06)
    assert np.abs(along).mean() == pytest.approx(0.8, abs=0.05)
    assert 0.1 < np.abs(along).min() < 0.35 and 1.25 < np.abs(along).max() < 1.55


def test_a_sample_does_not_depend_on_its_neighbours() -> None:
    faces = two_faces()
    block = sampling.sample_block(SCHEMA, 5, [9, 2, 700], "faces", faces)
    for row, index in enumerate([9, 2, 700]):
        assert np.array_equal(block[row], sampling.parameters(SCHEMA, 5, index, "faces", faces))


def test_without_faces_the_sampling_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs known faces"):
        sampling.sample_block(SCHEMA, 1, [0], "faces")
    with pytest.raises(InputError, match="belong together"):
        CaptureSettings(tmp_path, 1, 1, sampling="faces")
    with pytest.raises(InputError, match="belong together"):
        CaptureSettings(tmp_path, 1, 1, faces=tmp_path / "faces.npz")


def test_a_dataset_keeps_its_faces_and_notices_when_they_are_others(tmp_path: Path) -> None:
    data = faces_file(SCHEMA, SCHEMA.defaults[None], SCHEMA.defaults[None])
    held = known_faces(data, "faces", SCHEMA)
    info = dataclasses.replace(pattern_info(sampling="faces"), faces=held.sha256)
    create_dataset(tmp_path, info, SCHEMA, data)
    assert read_info(tmp_path) == info
    found = read_known_faces(tmp_path, info, SCHEMA)
    assert found is not None and np.array_equal(found.values, held.values)
    (tmp_path / FACES).write_bytes(faces_file(SCHEMA, SCHEMA.maximum[None], SCHEMA.defaults[None]))
    with pytest.raises(DatasetError, match="restore the file"):
        read_known_faces(tmp_path, info, SCHEMA)
    (tmp_path / FACES).unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        read_known_faces(tmp_path, info, SCHEMA)
    assert read_known_faces(tmp_path, pattern_info(), SCHEMA) is None


def test_files_that_are_no_known_faces_are_refused_in_words(tmp_path: Path) -> None:
    good = SCHEMA.defaults[None]
    for data, reason in (
        (b"rubbish", "holds no known faces"),
        (faces_file(engine_schema("embedded"), good, good), "faces of schema"),
        (faces_file(SCHEMA, good[:, :3], good[:, :3]), r"values \(1, 3\)"),
        (faces_file(SCHEMA, good[:0], good[:0]), r"values \(0, "),
        (faces_file(SCHEMA, np.full_like(good, np.nan), good), "not finite"),
    ):
        with pytest.raises(InputError, match=reason):
            known_faces(data, "the file", SCHEMA)
    with pytest.raises(InputError, match="cannot be read"):
        read_faces(tmp_path / "absent.npz")
