"""Tests of data_capture.durable."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data_capture.durable import FolderLock, write_whole
from engine_bridge.errors import DatasetError

HOLDER = """
import sys, time
from pathlib import Path
from data_capture.durable import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_file_is_written_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        write_whole(tmp_path / "file.json", content)
        assert (tmp_path / "file.json").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]


def test_a_write_that_fails_keeps_the_old_file_and_leaves_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole(tmp_path / "file.json", b"first")

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file.json", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file.json", b"first")]


def test_a_folder_has_one_owner_at_a_time_and_the_refusal_names_it(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(DatasetError, match=f"pid {holder.pid}"), FolderLock(tmp_path):
            pytest.fail("two owners")
    finally:
        holder.kill()
        holder.communicate(timeout=30)
    with FolderLock(tmp_path):  # the lock died with its owner, who had no time to tidy up
        assert (tmp_path / ".lock").exists()


def test_a_lock_can_be_taken_again_after_it_was_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        with FolderLock(tmp_path):
            pass
