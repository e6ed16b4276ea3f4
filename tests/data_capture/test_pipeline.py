"""Tests of data_capture.pipeline."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from data_capture import folder as dataset_folder
from data_capture import png
from data_capture.folder import DatasetInfo
from data_capture.manifest import ShardPlan, read_manifest
from data_capture.pipeline import Sample, ShardPipeline
from engine_bridge.errors import DatasetError

PLANS = (ShardPlan("shard-00000.tar", 0, 4), ShardPlan("shard-00001.tar", 4, 2))
FRAME = np.arange(16 * 16 * 3, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3)


def _sample(index: int) -> Sample:
    return Sample(index, np.full(12, index, np.float32), np.zeros(1, np.uint8))


def _feed(pipeline: ShardPipeline, *indices: int) -> None:
    for index in indices:
        pipeline.submit(_sample(index), FRAME, f"driver {index % 2}")


def test_samples_in_any_order_give_the_same_shards(tmp_path: Path, info: DatasetInfo) -> None:
    digests: list[list[str]] = []
    for name, order in (("a", (0, 1, 2, 3, 4, 5)), ("b", (5, 3, 0, 4, 2, 1))):
        folder = tmp_path / name
        folder.mkdir()
        with ShardPipeline(folder, PLANS, info, encode_threads=2) as pipeline:
            _feed(pipeline, *order)
            pipeline.wait(30)
            assert pipeline.finished
            assert pipeline.position == 6
            assert pipeline.backlog == 0
        entries = read_manifest(folder)
        assert [entry.renderers for entry in entries] == [("driver 0", "driver 1")] * 2
        digests.append([entry.sha256 for entry in entries])
    assert digests[0] == digests[1]


def test_what_is_left_unfinished_leaves_finished_shards_only(tmp_path: Path, info: DatasetInfo) -> None:
    with ShardPipeline(tmp_path, PLANS, info, encode_threads=1) as pipeline:
        _feed(pipeline, 0, 1, 2, 3, 5)
        with pytest.raises(TimeoutError, match="not finished"):
            pipeline.wait(0.5)
        assert not pipeline.finished
    assert [entry.shard for entry in read_manifest(tmp_path)] == ["shard-00000.tar"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.jsonl", "shard-00000.tar"]


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "is full"), (errno.EIO, "Cannot write into")])
def test_a_failing_disk_stops_in_words_with_nothing_half_written(
    tmp_path: Path, info: DatasetInfo, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    with ShardPipeline(tmp_path, PLANS, info, encode_threads=1) as pipeline:
        monkeypatch.setattr(os, "fsync", fail)
        _feed(pipeline, 0, 1, 2, 3)
        with pytest.raises(DatasetError, match=f"{words}.*every finished shard is kept"):
            pipeline.wait(30)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_for_a_shard_stops_before_it_is_begun(
    tmp_path: Path, info: DatasetInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_folder, "DISK_RESERVE_BYTES", 1 << 62)
    with (
        ShardPipeline(tmp_path, PLANS, info, encode_threads=1) as pipeline,
        pytest.raises(DatasetError, match="is full"),
    ):
        pipeline.wait(30)
    assert list(tmp_path.iterdir()) == []


def test_a_defect_in_an_encoder_thread_reaches_the_caller(
    tmp_path: Path, info: DatasetInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(image: object) -> bytes:
        raise ValueError("a defect")

    monkeypatch.setattr(png, "encode", fail)
    with ShardPipeline(tmp_path, PLANS, info, encode_threads=1) as pipeline:
        _feed(pipeline, 0)
        with pytest.raises(ValueError, match="a defect"):
            for _ in range(100):
                pipeline.check()
                with pytest.raises(TimeoutError):
                    pipeline.wait(0.05)
