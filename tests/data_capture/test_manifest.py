"""Tests of data_capture.manifest."""

from __future__ import annotations

import dataclasses
import json
import warnings
from pathlib import Path

import pytest

from data_capture.manifest import (
    MANIFEST,
    ShardEntry,
    ShardPlan,
    TornManifest,
    append_entry,
    plan_shards,
    read_manifest,
    repair_manifest,
)
from engine_bridge.errors import DatasetError


def _entry(number: int, start: int, count: int, size: int = 3) -> ShardEntry:
    return ShardEntry(f"shard-{number:05d}.tar", start, count, size, "ab" * 32, "pattern", "1", "cd" * 32, ("numpy",))


def _finish(folder: Path, *entries: ShardEntry) -> None:
    for entry in entries:
        (folder / entry.shard).write_bytes(b"x" * entry.bytes)
        append_entry(folder, entry)


def test_what_was_appended_is_read_back_in_order_of_samples(tmp_path: Path) -> None:
    entries = [_entry(1, 10, 10), _entry(0, 0, 10)]
    _finish(tmp_path, *entries)
    assert read_manifest(tmp_path) == entries[::-1]
    assert read_manifest(tmp_path / "nowhere") == []


def test_a_later_line_replaces_an_earlier_one_of_the_same_shard(tmp_path: Path) -> None:
    redone = dataclasses.replace(_entry(0, 0, 10), sha256="ef" * 32)
    _finish(tmp_path, _entry(0, 0, 10), redone)
    assert read_manifest(tmp_path) == [redone]


@pytest.mark.parametrize("torn", [b'{"shard":"shard-00001.tar","sta', b"\0\0\0\0\0\n", b'{"shard":"x"}\n', b"7\n"])
def test_a_torn_last_line_is_left_out_with_a_warning_and_cut_off_by_the_next_capture(
    tmp_path: Path, torn: bytes
) -> None:
    first = _entry(0, 0, 10)
    _finish(tmp_path, first)
    with (tmp_path / MANIFEST).open("ab") as file:
        file.write(torn)
    with pytest.warns(TornManifest, match="cut off"):
        assert read_manifest(tmp_path) == [first]
    repair_manifest(tmp_path)
    _finish(tmp_path, _entry(1, 10, 10))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_manifest(tmp_path) == [first, _entry(1, 10, 10)]


def test_a_whole_line_without_its_end_counts_as_torn(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(_entry(0, 0, 10).to_line().rstrip())
    with pytest.warns(TornManifest):
        assert read_manifest(tmp_path) == []


def test_repairing_a_whole_manifest_changes_nothing(tmp_path: Path) -> None:
    repair_manifest(tmp_path)
    _finish(tmp_path, _entry(0, 0, 10))
    before = (tmp_path / MANIFEST).read_bytes()
    repair_manifest(tmp_path)
    assert (tmp_path / MANIFEST).read_bytes() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shard": "../shard-00000.tar"}, "shard-00042.tar"),
        ({"shard": "shard-00000.tar/../../x.tar"}, "shard-00042.tar"),
        ({"start": -1}, "'start' is -1"),
        ({"count": 0}, "'count' is 0"),
        ({"bytes": 1.5}, "'bytes' is 1.5"),
        ({"sha256": 5}, "'sha256' is 5"),
    ],
)
def test_a_line_in_the_middle_that_cannot_be_read_is_an_error_with_its_number(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    bad = {**json.loads(_entry(0, 0, 10).to_line()), **change}
    good = _entry(1, 10, 10).to_line()
    (tmp_path / MANIFEST).write_bytes(json.dumps(bad).encode() + b"\n" + good)
    with pytest.raises(DatasetError, match=rf"line 1 cannot be read .*{words}"):
        read_manifest(tmp_path)


def test_two_shards_with_the_same_sample_are_an_error(tmp_path: Path) -> None:
    _finish(tmp_path, _entry(0, 0, 10), _entry(1, 9, 10))
    with pytest.raises(DatasetError, match="sample 9 to both"):
        read_manifest(tmp_path)


def test_an_empty_folder_is_planned_as_shards_that_end_on_multiples(tmp_path: Path) -> None:
    assert plan_shards([], tmp_path, 25, 10) == [
        ShardPlan("shard-00000.tar", 0, 10),
        ShardPlan("shard-00001.tar", 10, 10),
        ShardPlan("shard-00002.tar", 20, 5),
    ]


def test_an_extension_keeps_the_short_shard_and_goes_on_after_it(tmp_path: Path) -> None:
    entries = [_entry(0, 0, 10), _entry(1, 10, 5)]
    _finish(tmp_path, *entries)
    assert plan_shards(entries, tmp_path, 15, 10) == []
    assert plan_shards(entries, tmp_path, 4, 10) == []
    assert plan_shards(entries, tmp_path, 31, 10) == [
        ShardPlan("shard-00002.tar", 15, 5),
        ShardPlan("shard-00003.tar", 20, 10),
        ShardPlan("shard-00004.tar", 30, 1),
    ]


def test_lost_shortened_and_skipped_shards_are_planned_again(tmp_path: Path) -> None:
    entries = [_entry(0, 0, 10), _entry(1, 10, 10), _entry(3, 30, 10)]
    _finish(tmp_path, *entries)
    (tmp_path / "shard-00000.tar").unlink()
    (tmp_path / "shard-00003.tar").write_bytes(b"xx")
    assert plan_shards(entries, tmp_path, 40, 10) == [
        ShardPlan("shard-00000.tar", 0, 10),
        ShardPlan("shard-00004.tar", 20, 10),
        ShardPlan("shard-00003.tar", 30, 10),
    ]
