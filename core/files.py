"""Writing a result file whole or not at all: a full disk or a kill never leaves half a file under its name."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`, making its folder; an earlier file stays as it was until the new one is complete.

    Raises InputError naming the path when it cannot be written.
    """
    from engine_bridge.errors import InputError

    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"Cannot write {path}: {reason}; choose a folder that is yours and has room.") from error
    finally:
        # Gone already when all went well; a path that cannot exist has nothing to remove.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
