"""Result files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.files import write_atomically
from engine_bridge.errors import InputError


def test_the_file_and_its_folder_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.json"
    write_atomically(path, b"one")
    assert path.read_bytes() == b"one"
    assert os.listdir(path.parent) == ["c.json"]


def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.json"
    write_atomically(path, b"one")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"c\.json: No space left"):
        write_atomically(path, b"two")
    assert path.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["c.json"]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="file"):
        write_atomically(tmp_path / "file" / "c.json", b"one")


def test_the_result_has_the_modes_of_any_other_file_of_the_user(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomically(tmp_path / "c.json", b"one")
    assert (tmp_path / "c.json").stat().st_mode == plain.stat().st_mode
