"""What trainings are given and cannot use costs one sentence each, and never the last good checkpoint."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from core.align import cache as cache_module
from core.align.cache import build_cache
from core.train import checkpoint as checkpoint_module
from core.train.captures import open_captures
from core.train.checkpoint import load_checkpoint, save_checkpoint
from core.train.processes import Team
from core.train.watch import Diverged, LossWatch
from engine_bridge.errors import DatasetError, InputError
from tests.core.test_photo_cache import TEMPLATE
from tests.core.test_train_inputs import FakeDataset
from tests.core.training import NARROW, run_imitator


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk on which hardly anything is free."""
    monkeypatch.setattr("core.room.shutil.disk_usage", lambda path: SimpleNamespace(free=100_000_000))


def test_a_loss_that_is_no_number_stops_the_run_by_its_name_and_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.imitator.CHANNELS", NARROW)
    run_imitator(tmp_path, 2)
    path = tmp_path / "imitator-checkpoint"
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    monkeypatch.setattr(
        "core.train.imitator.imitation_weights", lambda change, *rest: torch.full_like(change, float("nan"))
    )
    with pytest.raises(Diverged, match=r"step 3, where imitation is nan.*stays as it is.*lower --lr"):
        run_imitator(tmp_path, 4)
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before


def test_the_watch_names_every_bad_term_of_the_first_bad_step_and_not_their_sum(tmp_path: Path) -> None:
    watch = LossWatch(tmp_path / "none", Team())
    for step, domain in enumerate((0.5, float("inf"), float("nan"))):
        loss = torch.tensor(domain)
        watch.add(step, {"loss": loss, "pixel": torch.tensor(1.0), "domain": loss, "gradient": loss})
    with pytest.raises(Diverged, match="step 2, where domain is inf: no checkpoint"):
        watch.look()
    watch.add(0, {"pixel": torch.tensor(2.0), "gradient": torch.tensor(float("nan"))})
    with pytest.raises(Diverged, match="where gradient is nan"):
        watch.look()
    watch.add(0, {"pixel": torch.tensor(2.0)})
    assert watch.look() == [{"pixel": 2.0}] and watch.look() == []


@pytest.mark.usefixtures("full_disk")
def test_no_room_for_decoded_images_is_said_before_any_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"decoded images need 0\.20 GB in .*, where 0\.03 GB can be used; make room"):
        open_captures(FakeDataset(1_000), tmp_path / "cache")  # pyright: ignore[reportArgumentType]
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.usefixtures("full_disk")
def test_no_room_for_aligned_photos_is_said_before_any_is_aligned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    for number in range(300):
        (tmp_path / "photos" / f"{number}.jpg").touch()
    monkeypatch.setattr(cache_module, "_run_parts", None)
    with pytest.raises(InputError, match=r"aligned photos need .* another folder"):
        build_cache(tmp_path / "photos", tmp_path / "out", TEMPLATE)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["plan.json"]


def no_space(*_arguments: Any, **_options: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_up_while_decoding_leaves_only_whole_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = FakeDataset(4)
    open_captures(dataset, tmp_path)  # pyright: ignore[reportArgumentType]
    whole = (tmp_path / "images.u8").stat().st_size
    grown = FakeDataset(6)
    monkeypatch.setattr(grown, "images", no_space)
    with pytest.raises(InputError, match="No space left on device; make room or give another --cache"):
        open_captures(grown, tmp_path)  # pyright: ignore[reportArgumentType]
    assert (tmp_path / "images.u8").stat().st_size == whole
    assert len(open_captures(FakeDataset(6), tmp_path)) == 4  # pyright: ignore[reportArgumentType]


def test_a_checkpoint_that_does_not_fit_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run-checkpoint"
    save_checkpoint(path, {"model": {"w": torch.ones(2)}}, {"step": 1})
    monkeypatch.setattr(checkpoint_module, "save_file", no_space)
    with pytest.raises(InputError, match=r"cannot be written .* untouched"):
        save_checkpoint(path, {"model": {"w": torch.zeros(2)}}, {"step": 2})
    found = load_checkpoint(path)
    assert found is not None and found[1] == {"step": 1} and found[0]["model"]["w"].tolist() == [1.0, 1.0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["run-checkpoint"]


def test_a_folder_of_nothing_but_broken_photos_says_why_of_the_first(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("a.jpg", "b.png"):
        (photos / name).write_bytes(b"nothing")
    with pytest.raises(DatasetError, match=r"None of the 2 photos can be used; of the first it is said: .*picture"):
        build_cache(photos, tmp_path / "out", TEMPLATE)


@pytest.mark.parametrize("write", [lambda path: path.write_text("{"), lambda path: path.unlink()])
def test_a_damaged_checkpoint_says_what_to_remove(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "run-checkpoint"
    save_checkpoint(path, {"model": {"w": torch.ones(2)}}, {"step": 1})
    write(path / "state.json")
    with pytest.raises(InputError, match=r"cannot be read .* remove the folder to start anew"):
        load_checkpoint(path)


def test_captures_of_another_schema_are_refused_by_both_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine_bridge.errors import SchemaMismatch

    monkeypatch.setattr("core.models.imitator.CHANNELS", NARROW)
    run_imitator(tmp_path, 1)
    state = tmp_path / "imitator-checkpoint" / "state.json"
    state.write_text(state.read_text().replace('"schema": "', '"schema": "0000'))
    with pytest.raises(SchemaMismatch, match=r"of schema 0000.*, the dataset of"):
        run_imitator(tmp_path, 2)


def test_indices_are_a_pure_function_of_seed_and_step_and_epochs_see_every_sample_once() -> None:
    from core.train.order import batch_indices, total_steps

    assert np.array_equal(batch_indices(3, 7, 100, 8), batch_indices(3, 7, 100, 8))
    assert not np.array_equal(batch_indices(3, 7, 100, 8), batch_indices(4, 7, 100, 8))
    assert total_steps(999, 2, 20, 4) == 10 and total_steps(999, 0, 20, 4) == 999
    for epoch in (range(5), range(5, 10)):
        seen = np.concatenate([batch_indices(0, step, 20, 4, 2) for step in epoch])
        assert sorted(seen.tolist()) == list(range(20))
    assert not np.array_equal(batch_indices(0, 0, 20, 4, 2), batch_indices(0, 5, 20, 4, 2))
