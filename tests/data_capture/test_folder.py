"""Tests of data_capture.folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from data_capture import folder as dataset_folder
from data_capture.folder import (
    DATASET,
    SCHEMA,
    DatasetInfo,
    clear_leftovers,
    prepare_folder,
    read_info,
    read_schema,
    require_space,
)
from engine_bridge.errors import DatasetError


def test_what_a_dataset_was_captured_from_is_read_back(make_dataset: Callable[[int], Path], info: DatasetInfo) -> None:
    path = make_dataset(4)
    assert read_info(path) == info
    assert read_schema(path, info).hash == info.schema_hash
    assert read_info(path / "nowhere") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "not a facebridge-dataset"),
        ({"version": 2}, "version 1"),
        ({"seed": "3"}, "'seed' is '3'"),
        ({"image_px": True}, "'image_px' is True"),
    ],
)
def test_a_foreign_dataset_file_is_refused(
    make_dataset: Callable[[int], Path], change: dict[str, object], words: str
) -> None:
    path = make_dataset(4) / DATASET
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DatasetError, match=words):
        read_info(path.parent)


def test_a_dataset_file_without_a_field_or_without_json_is_refused(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(4) / DATASET
    document = json.loads(path.read_text())
    del document["seed"]
    path.write_text(json.dumps(document))
    with pytest.raises(DatasetError, match="no 'seed'"):
        read_info(path.parent)
    for text in ("{", "[]"):
        path.write_text(text)
        with pytest.raises(DatasetError, match="cannot be read"):
            read_info(path.parent)


def test_a_changed_schema_file_is_refused_with_both_hashes(
    make_dataset: Callable[[int], Path], info: DatasetInfo
) -> None:
    path = make_dataset(4)
    (path / SCHEMA).write_text((path / SCHEMA).read_text().replace("Wave 0", "Wave zero"))
    with pytest.raises(DatasetError, match=info.schema_hash[:12]):
        read_schema(path, info)
    (path / SCHEMA).unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        read_schema(path, info)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"seed": 4}, "seed is 3, this capture asks for 4"),
        ({"sampling": "uniform"}, "sampling is mixture, this capture asks for uniform"),
        ({"image_px": 32}, "image size in pixels is 16"),
        ({"engine_version": "2"}, "engine version is 1, this capture asks for 2"),
        ({"schema_hash": "ff"}, "character schema is .*, this capture asks for ff"),
    ],
)
def test_another_capture_is_refused_naming_both_values(
    tmp_path: Path, info: DatasetInfo, asked: dict[str, object], words: str
) -> None:
    info.refuse_difference(tmp_path, {"seed": 3, "sampling": "mixture"})
    with pytest.raises(DatasetError, match=words):
        info.refuse_difference(tmp_path, asked)


def test_a_folder_of_other_things_is_not_captured_into(tmp_path: Path, make_dataset: Callable[[int], Path]) -> None:
    prepare_folder(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep").is_dir()
    (tmp_path / "new" / "notes.txt").write_text("mine")
    with pytest.raises(DatasetError, match="there is 'deep'"):
        prepare_folder(tmp_path / "new")
    with pytest.raises(DatasetError, match="cannot be used"):
        prepare_folder(tmp_path / "new" / "notes.txt")
    dataset = make_dataset(4)
    (dataset / "notes.txt").write_text("a dataset may have notes")
    prepare_folder(dataset)


def test_only_half_written_files_of_ours_are_cleared(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(4)
    before = sorted(item.name for item in path.iterdir())
    for name in ("shard-00001.tar.tmp", "dataset.json.tmp", "mine.tmp"):
        (path / name).write_bytes(b"half")
    clear_leftovers(path)
    assert sorted(item.name for item in path.iterdir()) == sorted([*before, "mine.tmp"])


def test_a_nearly_full_disk_is_noticed_before_a_shard_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = dataset_folder.DISK_RESERVE_BYTES + 1000
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    require_space(tmp_path, 1000)
    with pytest.raises(DatasetError, match=r"full .*every finished shard is kept"):
        require_space(tmp_path, 1001)
