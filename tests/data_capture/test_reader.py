"""Tests of data_capture.reader."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_capture import sampling
from data_capture.folder import DatasetInfo
from data_capture.manifest import MANIFEST, TornManifest
from data_capture.reader import Dataset, decode_png
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import DatasetError


def test_every_row_has_the_parameters_of_its_index_and_the_picture_of_its_parameters(
    make_dataset: Callable[[int], Path], info: DatasetInfo
) -> None:
    dataset, engine = Dataset(make_dataset(10)), PatternEngine()
    parameters, choices = dataset.parameters(), dataset.choices()
    assert len(dataset) == 10
    assert np.array_equal(dataset.indices(), np.arange(10))
    assert np.array_equal(parameters, sampling.sample_block(engine.schema, info.seed, range(10)))
    assert np.array_equal(dataset.images(range(10)), engine.render(parameters, choices, info.image_px))
    assert np.array_equal(dataset.image(9), dataset.images([3, 9])[1])
    dataset.close()
    assert dataset.image(9).shape == (info.image_px, info.image_px, 3)
    dataset.close()


def test_a_copy_for_another_process_opens_its_own_files(make_dataset: Callable[[int], Path]) -> None:
    dataset = Dataset(make_dataset(4))
    first = dataset.image(0)
    other = copy.copy(dataset)
    dataset.close()
    assert np.array_equal(other.image(0), first)
    other.close()


@pytest.mark.parametrize("row", [-1, 4])
def test_a_row_outside_the_dataset_is_an_index_error(make_dataset: Callable[[int], Path], row: int) -> None:
    with pytest.raises(IndexError, match=str(row)):
        Dataset(make_dataset(4)).image(row)


def test_a_folder_without_a_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no dataset"):
        Dataset(tmp_path)


def test_a_missing_or_shortened_shard_is_said_when_the_dataset_is_opened(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(10)
    shard = path / "shard-00001.tar"
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(DatasetError, match="the manifest says"):
        Dataset(path)
    shard.unlink()
    with pytest.raises(DatasetError, match=r"shard-00001\.tar is missing"):
        Dataset(path)


def test_a_torn_manifest_line_costs_its_shard_and_a_warning(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(10)
    manifest = path / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:-20])
    with pytest.warns(TornManifest):
        assert len(Dataset(path)) == 8


def test_a_missing_line_in_the_middle_leaves_a_gap_in_the_indices_only(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(10)
    lines = (path / MANIFEST).read_bytes().splitlines(keepends=True)
    (path / MANIFEST).write_bytes(lines[0] + lines[2])
    dataset = Dataset(path)
    assert dataset.indices().tolist() == [0, 1, 2, 3, 8, 9]
    assert dataset.images(range(6)).shape[0] == 6
    dataset.close()


def test_a_shard_under_another_shards_name_is_refused(make_dataset: Callable[[int], Path]) -> None:
    path = make_dataset(8)
    (path / "shard-00000.tar").rename(path / "other")
    (path / "shard-00001.tar").rename(path / "shard-00000.tar")
    (path / "other").rename(path / "shard-00001.tar")
    dataset_sizes_agree = len({(path / f"shard-0000{k}.tar").stat().st_size for k in range(2)}) == 1
    with pytest.raises(DatasetError, match="samples 0 to 3" if dataset_sizes_agree else "the manifest says"):
        Dataset(path).image(0)


def _png(mode: str, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cannot be decoded"),
        (b"\x89PNG\r\n\x1a\nrubbish", "cannot be decoded"),
        (_png("RGB", (16, 16))[:-30], "cannot be decoded"),
        (_png("L", (16, 16)), "is a L image"),
        (_png("RGB", (16, 15)), r"\(16, 15\)"),
    ],
)
def test_a_png_that_is_not_the_expected_picture_is_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(DatasetError, match=f"sample 5.*{words}"):
        decode_png(data, "sample 5", 16)
