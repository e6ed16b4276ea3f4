"""Descriptor files: what is read back, whose photos are there, and how broken files are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluate.descriptors import read_descriptors, save_descriptors
from engine_bridge.errors import InputError


def test_what_is_saved_is_read_back_by_name(tmp_path: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    save_descriptors(tmp_path / "deca.npz", ["a/1.jpg", "a/2.jpg", "b/1.jpg"], vectors)
    found = read_descriptors(tmp_path / "deca.npz")
    assert found.system == "deca"
    rows, there = found.of(["b/1.jpg", "c/9.jpg", "a/2.jpg"])
    assert rows.tolist() == [[4, 5], [0, 0], [2, 3]] and there.tolist() == [True, False, True]


def test_paths_of_other_systems_mean_the_same_photos(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", names=np.array(["a\\1.jpg", "./b/1.jpg"]), descriptors=np.ones((2, 4), np.int32))
    assert read_descriptors(tmp_path / "x.npz").of(["a/1.jpg", "b/1.jpg"])[1].all()


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"names": np.array(["a"])}, "no array 'descriptors'"),
        ({"names": np.array([1, 2]), "descriptors": np.ones((2, 3))}, "expected one row of strings"),
        ({"names": np.array(["a", "b"]), "descriptors": np.ones((3, 3))}, r"expected numbers \(2, D\)"),
        ({"names": np.array(["a", "b"]), "descriptors": np.ones((2, 3), complex)}, "expected numbers"),
        (
            {"names": np.array(["a", "b"]), "descriptors": np.array([[1.0], [np.inf]])},
            "descriptor of 'b' is not finite",
        ),
        ({"names": np.array(["a", "./a"]), "descriptors": np.ones((2, 3))}, "names 'a' more than once"),
        ({"names": np.array([{}, {}]), "descriptors": np.ones((2, 3))}, "no readable descriptor file"),
    ],
)
def test_a_file_of_another_form_is_refused_in_words(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=said):
        read_descriptors(tmp_path / "x.npz")


def test_no_file_and_no_archive_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no readable descriptor file"):
        read_descriptors(tmp_path / "absent.npz")
    np.save(tmp_path / "one.npy", np.ones(3))
    with pytest.raises(InputError, match=r"one array and is no \.npz"):
        read_descriptors(tmp_path / "one.npy")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(InputError, match="no readable descriptor file"):
        read_descriptors(tmp_path / "text.npz")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    with pytest.raises(InputError, match="no readable descriptor file"):
        read_descriptors(tmp_path / "cut.npz")
