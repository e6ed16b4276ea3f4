"""Tests of data_capture.check."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data_capture import png
from data_capture.check import check_dataset
from data_capture.folder import DATASET, DatasetInfo
from data_capture.manifest import MANIFEST, ShardPlan, append_entry, read_manifest
from data_capture.shards import ShardWriter
from engine_bridge.errors import DatasetError


def test_a_whole_dataset_has_no_fault_and_every_sample_is_counted(make_dataset: Callable[[int], Path]) -> None:
    counted: list[int] = []
    assert check_dataset(make_dataset(10), counted.append) == []
    assert sum(counted) == 10


def test_one_flipped_bit_is_found(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(10)
    shard = path / "shard-00001.tar"
    data = bytearray(shard.read_bytes())
    data[3000] ^= 1
    shard.write_bytes(data)
    (fault,) = check_dataset(path)
    assert fault.startswith("shard-00001.tar has SHA-256")


def test_missing_half_written_and_unlisted_files_are_found(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(12)
    lines = (path / MANIFEST).read_bytes().splitlines(keepends=True)
    (path / MANIFEST).write_bytes(lines[0] + lines[2] + b'{"torn')
    (path / "shard-00002.tar").unlink()
    (path / "shard-00009.tar.tmp").write_bytes(b"half")
    faults = "\n".join(check_dataset(path))
    for words in ("cut off", "00001.tar has no line", "00002.tar is missing", "half-written", "Samples 4 to 7"):
        assert words in faults
    assert faults.count("\n") == 4


def test_parameters_that_are_not_the_seeds_are_found(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(4)
    document = json.loads((path / DATASET).read_text())
    (path / DATASET).write_text(json.dumps({**document, "seed": 9}))
    assert sum("not those of seed 9" in fault for fault in check_dataset(path)) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no png", "cannot be decoded"), (png.encode(np.full((16, 16, 3), 7, np.uint8)), "flat colour")],
)
def test_a_shard_that_was_written_wrong_is_found_although_its_digest_agrees(
    make_dataset: Callable[[int], Path], info: DatasetInfo, content: bytes, words: str
) -> None:
    path = make_dataset(4)
    entry = read_manifest(path)[0]
    with ShardWriter(path, ShardPlan(entry.shard, 0, 4)) as writer:
        for index in range(4):
            writer.add(index, content, np.zeros(12, np.float32), np.ones(1, np.uint8))
        sha256 = writer.finish()
    append_entry(path, dataclasses.replace(entry, sha256=sha256, bytes=writer.bytes))
    faults = check_dataset(path)
    assert sum(words in fault for fault in faults) == 4
    assert sum("parameters of sample" in fault for fault in faults) == 4
    assert sum("choices of sample" in fault for fault in faults) == 4


def test_a_file_that_is_no_tar_or_holds_other_samples_is_found(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(8)
    first, second = read_manifest(path)
    content = (path / second.shard).read_bytes()
    (path / first.shard).write_bytes(content)
    append_entry(path, dataclasses.replace(first, bytes=second.bytes, sha256=second.sha256))
    (path / second.shard).write_bytes(b"x" * 2000)
    rubbish = dataclasses.replace(second, bytes=2000, sha256=hashlib.sha256(b"x" * 2000).hexdigest(), engine="other")
    append_entry(path, rubbish)
    faults = "\n".join(check_dataset(path))
    for words in ("exactly samples 0 to 3", "not a readable tar", "another engine"):
        assert words in faults


def test_a_folder_without_a_dataset_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no dataset"):
        check_dataset(tmp_path)
