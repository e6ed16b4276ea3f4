"""Asks the disk for room before a large file is begun, so that nothing is left half written."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine_bridge.errors import InputError

SPARE_BYTES = 64 * 1024 * 1024
"""Left free for what else is written meanwhile: checkpoints' notes, logs."""


def require_room(folder: Path, needed_bytes: int, what: str, remedy: str) -> None:
    """Return if `folder`'s disk has room for `needed_bytes`; InputError in words otherwise, before anything is written.

    `what` begins the sentence ("The decoded images"), `remedy` ends it ("give another --cache").
    """
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < needed_bytes + SPARE_BYTES:
        raise InputError(
            f"{what} need {needed_bytes / 1e9:.2f} GB in {folder}, where {max(free - SPARE_BYTES, 0) / 1e9:.2f} GB can"
            f" be used; make room or {remedy}."
        )
