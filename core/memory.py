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

    Pictures of megabytes come and go with every photo, in threads whose pools are trimmed at once, and on a virtual
    machine a page that comes anew costs about as much as computing on it: decoding in a service took twice the time
    that it took alone. Returns whether the C library could be told (only glibc can).
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False  # another C library, such as musl
    settings = {_ARENA_MAX: 1, _MMAP_THRESHOLD: _HEAP_BYTES, _TRIM_THRESHOLD: _KEPT_BYTES}
    return all(mallopt(parameter, value) == 1 for parameter, value in settings.items())
