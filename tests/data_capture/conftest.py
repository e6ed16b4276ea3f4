"""Datasets for the tests of data_capture: small ones, drawn by the pattern engine in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data_capture.folder import DatasetInfo, create_dataset
from data_capture.manifest import plan_shards, read_manifest
from data_capture.pipeline import ShardPipeline
from data_capture.schedule import Schedule
from engine_bridge.engines.pattern import PatternEngine

IMAGE_PX = 16


def pattern_info(seed: int = 3, shard_samples: int = 4, sampling: str = "mixture") -> DatasetInfo:
    """A dataset of the pattern engine."""
    engine = PatternEngine()
    return DatasetInfo(
        engine="pattern",
        engine_version=engine.version,
        character=engine.schema.character,
        schema_hash=engine.schema.hash,
        seed=seed,
        sampling=sampling,
        choices="default",
        image_px=IMAGE_PX,
        shard_samples=shard_samples,
    )


def write_dataset(folder: Path, count: int, info: DatasetInfo | None = None) -> Path:
    """Fill a folder with a finished dataset, without any process or socket."""
    info = info or pattern_info()
    engine = PatternEngine()
    folder.mkdir(exist_ok=True)
    create_dataset(folder, info, engine.schema)
    plans = plan_shards(read_manifest(folder), folder, count, info.shard_samples)
    schedule = Schedule(plans, engine.schema, info)
    with ShardPipeline(folder, plans, info, encode_threads=2) as pipeline:
        while samples := schedule.next_job(3, len(schedule)):
            for sample in samples:
                image = engine.render(sample.parameters[None], sample.choices[None], info.image_px)[0]
                pipeline.submit(sample, image, "numpy")
        pipeline.wait(30)
    return folder


@pytest.fixture
def make_dataset(tmp_path: Path) -> Callable[[int], Path]:
    """Returns a function that makes a dataset of so many samples, four a shard."""
    return lambda count: write_dataset(tmp_path / "dataset", count)


@pytest.fixture
def info() -> DatasetInfo:
    """What `make_dataset` captures from."""
    return pattern_info()
