"""Files that are either wholly there or not there at all, and a lock that dies with its owner."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from engine_bridge.errors import DatasetError

TEMPORARY_SUFFIX = ".tmp"


def sync_folder(folder: Path) -> None:
    """Make renames and new files inside the folder survive a power cut; a no-op where folders cannot be synced."""
    if sys.platform == "win32":  # Windows cannot open a folder for syncing; NTFS journals its renames itself.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file under a temporary name, sync it, then give it its name."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class FolderLock:
    """Holds a folder for one process; the operating system lets go of it when that process dies, however it dies.

    Raises DatasetError when another process holds the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".lock"
        self._file: IO[bytes] | None = None

    def __enter__(self) -> FolderLock:
        file = self._path.open("a+b")
        try:
            _lock(file)
        except OSError as error:
            file.seek(0)
            owner = file.read(32).decode("ascii", "replace").strip()
            file.close()
            raise DatasetError(
                f"{self._path.parent} is being captured into by another process"
                f"{f' (pid {owner})' if owner else ''}; wait for it to end or choose another folder."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode("ascii"))
        file.flush()
        self._file = file
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._file is not None:
            # The file stays: removing it would let a third process lock a new one while a second waits on the old.
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        # Windows locks are mandatory: a byte far past the end leaves the owner's pid readable.
        file.seek(1 << 30)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
