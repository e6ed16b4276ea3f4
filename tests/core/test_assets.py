"""Shipped data files are compared with their recorded digests."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import assets
from core.assets import Asset


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Packages with one data file, sources and caches; its SHA256SUMS covers the data file."""
    others = ("core/a.py", "engine_bridge/__pycache__/a.npz", "data_capture/.tmp/x.bin")
    for path in ("core/data/net.safetensors", *others):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode())
    value = assets.digest(tmp_path / "core/data/net.safetensors")
    (tmp_path / "core/data/SHA256SUMS").write_text(f"{value}  core/data/net.safetensors\n")
    return tmp_path


def verify(tree: Path) -> list[Asset]:
    return assets.verify(tree, tree / "core/data/SHA256SUMS")


def test_only_data_files_count(tree: Path) -> None:
    assert assets.present(tree) == ["core/data/net.safetensors"]


def test_an_untouched_file_has_no_fault(tree: Path) -> None:
    assert verify(tree) == [Asset("core/data/net.safetensors", None)]


def test_a_changed_file_is_told_by_both_digests(tree: Path) -> None:
    (tree / "core/data/net.safetensors").write_bytes(b"other")
    (asset,) = verify(tree)
    assert asset.fault is not None
    assert assets.digest(tree / "core/data/net.safetensors")[:12] in asset.fault


def test_a_missing_file_is_said_to_be_missing(tree: Path) -> None:
    (tree / "core/data/net.safetensors").unlink()
    assert verify(tree) == [Asset("core/data/net.safetensors", "is missing")]


def test_without_a_record_nothing_is_verified(tmp_path: Path) -> None:
    assert assets.verify(tmp_path, tmp_path / "SHA256SUMS") == []
