"""Tests of data_capture.capture with real worker processes: resuming, extending, refusing, and SIGKILL."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from data_capture.capture import CaptureProgress, CaptureSettings, capture
from data_capture.check import check_dataset
from data_capture.farm import FarmSettings
from data_capture.manifest import MANIFEST, TornManifest, read_manifest
from data_capture.reader import Dataset
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import DatasetError, EngineError, InputError
from engine_bridge.keys import generate_keys, load_client_keys, load_server_keys

from .conftest import IMAGE_PX, pattern_info, write_dataset
from .hosted import FaultyEngine, Hosted, nothing

# Windows has no SIGKILL; its SIGTERM ends a process just as rudely.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
SHARD = 50

COORDINATOR = """
import sys
from pathlib import Path
from data_capture.capture import CaptureSettings, capture
from data_capture.farm import FarmSettings

if __name__ == "__main__":
    folder, count, image_px, shard = sys.argv[1], *map(int, sys.argv[2:])
    settings = CaptureSettings(Path(folder), count, 3, "pattern", image_px=image_px, shard_samples=shard)
    capture(settings, FarmSettings("pattern", image_px, workers=1))
"""


def _settings(folder: Path, count: int) -> CaptureSettings:
    return CaptureSettings(folder, count, seed=3, engine="pattern", image_px=IMAGE_PX, shard_samples=SHARD)


def _farm(workers: int) -> FarmSettings:
    return FarmSettings("pattern", IMAGE_PX, workers=workers)


def _digests(folder: Path) -> list[str]:
    return [entry.sha256 for entry in read_manifest(folder)]


def _expected(tmp_path: Path, count: int) -> list[str]:
    return _digests(write_dataset(tmp_path / "expected", count, pattern_info(3, shard_samples=SHARD)))


def test_a_worker_killed_half_way_loses_nothing(tmp_path: Path) -> None:
    count, victims = 400, list[int]()

    def kill_once(progress: CaptureProgress) -> None:
        if not victims and progress.farm is not None and progress.farm.accepted > 60:
            victims.append(progress.farm.pids[0])
            os.kill(victims[0], KILL)

    report = capture(_settings(tmp_path / "d", count), _farm(2), kill_once)
    assert report.farm is not None
    assert (report.rendered, report.farm.deaths) == (count, 1)
    assert _digests(tmp_path / "d") == _expected(tmp_path, count)


def test_a_coordinator_killed_half_way_keeps_its_shards_and_is_resumed(tmp_path: Path) -> None:
    folder, count = tmp_path / "d", 1000
    arguments = [str(folder), str(count), str(IMAGE_PX), str(SHARD)]
    coordinator = subprocess.Popen([sys.executable, "-c", COORDINATOR, *arguments])
    try:
        deadline = time.monotonic() + 60
        while not (folder / MANIFEST).exists() and time.monotonic() < deadline:
            assert coordinator.poll() is None, "the capture ended before it could be killed"
            time.sleep(0.01)
    finally:
        coordinator.send_signal(KILL)
        coordinator.wait(30)
    kept = read_manifest(folder)
    assert 0 < len(kept) < count // SHARD
    report = capture(_settings(folder, count), _farm(2))
    assert report.rendered == count - sum(entry.count for entry in kept)
    assert read_manifest(folder)[: len(kept)] == kept
    assert _digests(folder) == _expected(tmp_path, count)
    assert not list(folder.glob("*.tmp"))


def test_the_same_command_again_does_nothing_and_a_larger_count_extends(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "d", 70, pattern_info(3, shard_samples=SHARD))
    first = read_manifest(folder)
    assert [entry.count for entry in first] == [50, 20]
    for count in (70, 10):
        report = capture(_settings(folder, count), _farm(1))
        assert (report.rendered, report.total, report.farm) == (0, 70, None)
    report = capture(_settings(folder, 120), _farm(1))
    assert (report.rendered, report.total) == (50, 120)
    assert read_manifest(folder)[:2] == first
    assert [entry.count for entry in read_manifest(folder)] == [50, 20, 30, 20]
    assert check_dataset(folder) == []
    assert len(Dataset(folder)) == 120


def test_lost_shards_and_a_torn_manifest_are_mended_by_the_same_command(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "d", 150, pattern_info(3, shard_samples=SHARD))
    before = _digests(folder)
    (folder / "shard-00000.tar").unlink()
    (folder / "shard-00001.tar.tmp").write_bytes(b"half")
    manifest = folder / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:-9])
    with pytest.warns(TornManifest):
        report = capture(_settings(folder, 150), _farm(1))
    assert report.rendered == 100
    assert _digests(folder) == before
    assert check_dataset(folder) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 4}, "seed is 3, this capture asks for 4"),
        ({"sampling": "uniform"}, "sampling is mixture"),
        ({"choices": "random"}, "choices is default"),
        ({"image_px": 32}, "image size"),
        ({"engine": "embedded"}, "engine is pattern"),
        ({"shard_samples": 10}, "samples a shard is 50"),
    ],
)
def test_another_capture_into_the_same_folder_is_refused(tmp_path: Path, change: dict[str, object], words: str) -> None:
    folder = write_dataset(tmp_path / "d", 50, pattern_info(3, shard_samples=SHARD))
    before = sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())
    with pytest.raises(DatasetError, match=words):
        capture(replace(_settings(folder, 100), **change), _farm(1))
    after = [(path.name, path.stat().st_mtime_ns) for path in folder.iterdir() if path.name != ".lock"]
    assert sorted(after) == before


def test_an_engine_of_another_version_or_character_than_the_folders_is_refused(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "d", 50, replace(pattern_info(3, shard_samples=SHARD), engine_version="0"))
    with pytest.raises(EngineError, match="Engine version 0 is needed, this worker has 1"):
        capture(_settings(folder, 100), _farm(1))
    assert [entry.stop for entry in read_manifest(folder)] == [50]


def test_an_interrupted_capture_leaves_finished_shards_and_no_lock(tmp_path: Path) -> None:
    folder, count = tmp_path / "d", 300

    def interrupt(progress: CaptureProgress) -> None:
        if (folder / MANIFEST).exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        capture(_settings(folder, count), _farm(1), interrupt)
    assert not list(folder.glob("*.tmp"))
    assert read_manifest(folder)
    capture(_settings(folder, count), _farm(1))
    assert _digests(folder) == _expected(tmp_path, count)


def test_a_disk_that_is_full_from_the_start_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DatasetError, match="is full"):
        capture(_settings(tmp_path / "d", 8), _farm(1))
    assert [path.name for path in (tmp_path / "d").iterdir()] == [".lock"]


def test_two_captures_cannot_share_a_folder(tmp_path: Path) -> None:
    refusals: list[str] = []

    def capture_again(progress: CaptureProgress) -> None:
        if not refusals:
            with pytest.raises(DatasetError, match="being captured into") as refusal:
                capture(_settings(tmp_path / "d", 8), _farm(1))
            refusals.append(str(refusal.value))

    capture(_settings(tmp_path / "d", 8), _farm(1), capture_again)
    assert str(os.getpid()) in refusals[0]


def test_workers_with_keys_are_admitted_beside_own_ones(tmp_path: Path) -> None:
    server, client = generate_keys(tmp_path / "keys")
    farm = replace(_farm(0), bind="tcp://127.0.0.1:*", keys=load_server_keys(server), alone_timeout_s=20)
    with Hosted(FaultyEngine(nothing), keys=load_client_keys(client)) as hosted:
        report = capture(_settings(tmp_path / "d", 60), farm, listening=hosted)
    assert report.rendered == 60
    assert check_dataset(tmp_path / "d") == []


def test_random_choices_are_recorded_with_their_samples(tmp_path: Path) -> None:
    with Hosted(PatternEngine()) as hosted:
        settings = replace(_settings(tmp_path / "d", 40), choices="random")
        capture(settings, replace(_farm(0), bind="tcp://127.0.0.1:*", alone_timeout_s=20), listening=hosted)
    assert set(Dataset(tmp_path / "d").choices().ravel().tolist()) == {0, 1}
    assert check_dataset(tmp_path / "d") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 0}, "count is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"image_px": 4}, "image size is 4"),
        ({"shard_samples": 2_000_000}, "samples a shard is 2000000"),
        ({"encode_threads": 1000}, "encoder threads is 1000"),
        ({"sampling": "cube"}, "'cube'"),
        ({"choices": "all"}, "'all'"),
    ],
)
def test_a_setting_outside_its_range_is_refused_with_its_value(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        replace(_settings(tmp_path, 10), **change)


def test_no_workers_at_all_and_an_unknown_engine_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="number of workers is 0"):
        capture(_settings(tmp_path / "d", 10), _farm(0))
    with pytest.raises(InputError, match="Unknown engine 'nonesuch'"):
        capture(replace(_settings(tmp_path / "d", 10), engine="nonesuch"), _farm(1))
    assert not (tmp_path / "d").exists()
