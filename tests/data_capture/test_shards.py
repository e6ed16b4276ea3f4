"""Tests of data_capture.shards."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import numpy as np
import pytest

from data_capture.manifest import ShardPlan
from data_capture.shards import ShardFile, ShardWriter
from engine_bridge.errors import DatasetError

PLAN = ShardPlan("shard-00007.tar", 700, 3)
PARAMETERS = np.array([0.5, -1.25], np.float32)
CHOICES = np.array([2], np.uint8)


def _write(folder: Path) -> str:
    with ShardWriter(folder, PLAN) as writer:
        for index in range(700, 703):
            writer.add(index, b"image %d" % index, PARAMETERS * index, CHOICES)
        sha256 = writer.finish()
        assert writer.bytes == (folder / PLAN.shard).stat().st_size
    return sha256


def test_a_shard_is_a_plain_tar_in_webdataset_layout(tmp_path: Path) -> None:
    _write(tmp_path)
    with tarfile.open(tmp_path / PLAN.shard, "r:") as archive:
        assert archive.getnames()[:4] == ["00000700.f32", "00000700.u8", "00000700.png", "00000701.f32"]
        assert len(archive.getnames()) == 9
        file = archive.extractfile("00000702.f32")
        assert file is not None
        assert np.array_equal(np.frombuffer(file.read(), "<f4"), PARAMETERS * 702)
        assert {member.mtime for member in archive.getmembers()} == {0}


def test_equal_samples_give_equal_files_and_the_digest_is_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = _write(tmp_path / "a"), _write(tmp_path / "b")
    assert first == second == hashlib.sha256((tmp_path / "a" / PLAN.shard).read_bytes()).hexdigest()


def test_a_finished_shard_gives_random_access_to_its_members(tmp_path: Path) -> None:
    _write(tmp_path)
    shard = ShardFile(tmp_path / PLAN.shard)
    assert [sample.index for sample in shard.samples] == [700, 701, 702]
    assert shard.read(shard.samples[1].image) == b"image 701"
    assert shard.read(shard.samples[1].choices) == CHOICES.tobytes()
    shard.close()


def test_a_writer_that_is_left_early_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ShardWriter(tmp_path, PLAN) as writer:
        writer.add(700, b"image", PARAMETERS, CHOICES)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_samples_out_of_order_and_unfinished_shards_are_defects_of_the_caller(tmp_path: Path) -> None:
    with ShardWriter(tmp_path, PLAN) as writer:
        with pytest.raises(ValueError, match="expected 700"):
            writer.add(701, b"", PARAMETERS, CHOICES)
        writer.add(700, b"", PARAMETERS, CHOICES)
        with pytest.raises(ValueError, match="expected 3 samples"):
            writer.finish()


@pytest.mark.parametrize(
    ("cut", "words"),
    [(0, "cannot be read"), (700, "too early"), (512 * 5 + 100, "too early"), (512 * 4, "too early")],
)
def test_a_cut_shard_is_refused_with_the_place(tmp_path: Path, cut: int, words: str) -> None:
    _write(tmp_path)
    path = tmp_path / PLAN.shard
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DatasetError, match=words):
        ShardFile(path)


@pytest.mark.parametrize(
    ("offset", "data", "words"),
    [
        (0, b"00000700.xyz", "unexpected member"),
        (124, b"not a number", "no size"),
        (257, b"nothing", "no tar header"),
        (512 * 2, b"\0" * 512, "last sample is incomplete"),
    ],
)
def test_a_damaged_header_is_refused_in_words(tmp_path: Path, offset: int, data: bytes, words: str) -> None:
    _write(tmp_path)
    path = tmp_path / PLAN.shard
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=words):
        ShardFile(path)
