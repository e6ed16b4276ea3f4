"""Errors that nobody expected: what they were and where, also when that was in another process."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

_FRAMES = 8


class DefectElsewhere(Exception):
    """A defect in another process: the error's type, its words, and where it was."""

    def __init__(self, type_name: str, words: str, where: Sequence[str]) -> None:
        super().__init__(words)
        self.type_name = type_name
        self.where = list(where)


def type_name(error: BaseException) -> str:
    """The error's type, wherever it was raised."""
    return error.type_name if isinstance(error, DefectElsewhere) else type(error).__name__


def where(error: BaseException) -> list[str]:
    """The last places that it passed, as file:line; no words, which could quote a photo."""
    if isinstance(error, DefectElsewhere):
        return error.where
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]


def out_of_memory(error: BaseException) -> bool:
    """Whether a GPU or a process ran out of memory, here or behind a call to another one."""
    torch = sys.modules.get("torch")  # a service whose answers come from elsewhere never loads it
    if isinstance(error, MemoryError) or (torch is not None and isinstance(error, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
