"""Writing a result file whole or not at all: a full disk or a kill never leaves half a file under its name."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`, making its folder; an earlier file stays as it was until the new one is complete.

    Raises InputError naming the path when it cannot be written.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: none takes its name before all of them are complete on the disk.

    Raises InputError naming the path that cannot be written; then no earlier file was touched, unless the disk failed
    between two renames.
    """
    from engine_bridge.errors import InputError

    temporary = {path: path.with_name(f".{path.name}.{secrets.token_hex(4)}") for path in files}
    path = Path()
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary[path].open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path in files:
            os.replace(temporary[path], path)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"Cannot write {path}: {reason}; choose a folder that is yours and has room.") from error
    finally:
        # Gone already when all went well; a path that cannot exist has nothing to remove.
        for leftover in temporary.values():
            with contextlib.suppress(OSError):
                leftover.unlink(missing_ok=True)
