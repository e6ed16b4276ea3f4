"""The embedded engine draws only with the data files it was released with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine_bridge.engines.embedded.assets import DATA, SUMS, read_asset
from engine_bridge.errors import EngineError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("mesh_points.npz", SUMS):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def test_every_packaged_file_is_the_released_one() -> None:
    for path in sorted(DATA.glob("*.npz")):
        assert read_asset(path.name), path.name


def test_one_changed_bit_is_refused_with_both_digests(folder: Path) -> None:
    path = folder / "mesh_points.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"mesh_points\.npz has the SHA-256 \w{12}, expected \w{12}.*reinstall"):
        read_asset(path.name, folder)


@pytest.mark.parametrize("missing", ["mesh_points.npz", SUMS])
def test_a_missing_file_is_an_error_that_says_what_to_do(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(EngineError, match=r"mesh_points\.npz cannot be read .*reinstall"):
        read_asset("mesh_points.npz", folder)


def test_a_file_that_nobody_recorded_is_refused(folder: Path) -> None:
    (folder / SUMS).write_text("", encoding="utf-8")
    with pytest.raises(EngineError, match="expected none"):
        read_asset("mesh_points.npz", folder)
