"""Keeps the memory that a photo needed for the next one, where the C library would give it back to the system."""

from __future__ import annotations

import ctypes
import sys

# Parameters of glibc's mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT_BYTES = 256 << 20
_HEAP_BYTES = 32 << 20  # the most that mallopt takes: up to this size memory comes from the heap


def keep_freed() -> bool:
    """Let this process keep up to 256 MiB of freed memory, in one pool for all threads; call it before they start.

    Pictures of megabytes come and go with every photo. glibc keeps such blocks only once a larger one was freed, so how
    long decoding took hung on what a process had done before: 94 ms in one that had only warmed up on a small picture,
    65 ms with this (12 megapixels, benchmarks/import_latency.py). Returns whether the C library could be told (only
    glibc can).
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False  # another C library, such as musl
    settings = {_ARENA_MAX: 1, _MMAP_THRESHOLD: _HEAP_BYTES, _TRIM_THRESHOLD: _KEPT_BYTES}
    return all(mallopt(parameter, value) == 1 for parameter, value in settings.items())
