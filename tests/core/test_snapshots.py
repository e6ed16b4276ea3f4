"""Snapshots of training: written at the right steps, read back, and without a trace in what is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.models.regressor import Reconstructor
from core.train.captures import Captures
from core.train.photos import Photos
from core.train.references import cube
from core.train.results import bounds
from core.train.snapshots import Snapshots, load_faces, load_snapshots
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from tests.core.test_train_inputs import photo_cache


@pytest.fixture(scope="module")
def model() -> Reconstructor:
    torch.manual_seed(0)
    return Reconstructor(*bounds(engine_schema("pattern")))


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (5, 256, 256, 3), np.uint8)


def test_snapshots_are_written_at_their_steps_and_read_back_in_order(
    model: Reconstructor, faces: np.ndarray, tmp_path: Path
) -> None:
    snapshots = Snapshots(tmp_path, faces[:3], faces[3:], steps=(0, 100))
    for step in (0, 50, 100, 101):
        snapshots.maybe(step, model)
    snapshots.final(model)
    found = load_snapshots(tmp_path)
    assert [each.step for each in found] == [0, 100, 101]
    assert found[0].f_photos.shape == (3, 1024) and found[0].p_renders.shape == (2, 12)
    with torch.no_grad():
        model.eval()
        expected = model.reconstruct(torch.from_numpy(faces[3:]).permute(0, 3, 1, 2).float() / 255)
    assert np.allclose(found[-1].f_renders, expected.feature.numpy(), atol=1e-4)
    kept, rows = load_faces(tmp_path)
    assert np.array_equal(kept, faces[:3]) and rows.tolist() == [0, 1, 2]


def test_a_snapshot_leaves_no_trace_in_what_is_trained(model: Reconstructor, faces: np.ndarray, tmp_path: Path) -> None:
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    Snapshots(tmp_path, faces[:1], faces[1:2]).maybe(0, model)
    assert model.training and torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_held_out_faces_are_chosen_and_renders_get_the_photos_defects_the_same_way_twice(
    model: Reconstructor, tmp_path: Path
) -> None:
    photos = Photos(photo_cache(6, 2), held_out_people=2)
    rng = np.random.default_rng(1)
    schema = engine_schema("pattern")
    images = rng.integers(0, 255, (7, 256, 256, 3), np.uint8)
    captures = Captures(schema, cube(schema, rng, 7, 1.0), images, np.arange(7))
    for name in ("one", "two"):
        Snapshots.of_run(tmp_path / name, captures, photos, 3, 1.0).final(model)
    Snapshots.of_run(tmp_path / "plain", captures, photos, 3, 0.0).final(model)
    one, two, plain = (load_snapshots(tmp_path / name)[0] for name in ("one", "two", "plain"))
    assert one.p_photos.shape == (4, 12) and one.p_renders.shape == (3, 12)
    assert np.array_equal(one.f_renders, two.f_renders) and np.array_equal(one.f_photos, plain.f_photos)
    assert not np.allclose(one.f_renders, plain.f_renders)
    kept, _ = load_faces(tmp_path / "one")
    assert np.array_equal(kept, photos.images[photos.held_out_rows])


def test_a_run_without_snapshots_and_damaged_ones_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no snapshots"):
        load_snapshots(tmp_path)
    with pytest.raises(InputError, match="end"):
        load_faces(tmp_path)
    (tmp_path / "snapshots").mkdir()
    for content in (b"torn", b"PK\x03\x04 torn"):
        (tmp_path / "snapshots" / "100.npz").write_bytes(content)
        with pytest.raises(InputError, match=r"100\.npz cannot be read"):
            load_snapshots(tmp_path)
