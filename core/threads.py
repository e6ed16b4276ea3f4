"""Thread counts: every process takes a stated share of the cores, so that together they never exceed them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from engine_bridge.process import thread_environment


def cores() -> int:
    """Cores that this process may use: the affinity mask where the system has one, else the machine's."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def share(processes: int) -> int:
    """Threads for each of `processes` equal processes, at least one, so that their sum is at most the cores."""
    return max(1, cores() // max(1, processes))


def environment(threads: int, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child process that may use this many threads; `base` defaults to our own.

    Waiting OpenMP threads sleep instead of spinning: two torch processes that spun on two cores took one
    alignment from 34 ms to 5 s.
    """
    return {**(os.environ if base is None else base), **thread_environment(threads)}


def configure(torch_threads: int | None = None) -> int:
    """Give this process its threads and return their number; call it before anything else imports torch.

    `torch_threads` defaults to OMP_NUM_THREADS when set, else to every core. Also flushes denormal numbers to zero:
    a search on the CPU was ten times slower without.
    """
    threads = torch_threads if torch_threads is not None else _from_environment()
    if threads < 1:
        raise ValueError(f"torch_threads is {threads}, expected at least 1")
    os.environ.update(environment(threads))

    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    return threads


def _from_environment() -> int:
    """OMP_NUM_THREADS when it is a positive number, else every core."""
    text = os.environ.get("OMP_NUM_THREADS", "")
    return int(text) if text.isdecimal() and int(text) > 0 else cores()
