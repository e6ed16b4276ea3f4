"""How long requests are expected to take, from those before them: what the desk's promises rest on."""

from __future__ import annotations

import heapq
import statistics
import threading
from collections import deque
from collections.abc import Iterable, Sequence

from core.serve.request import Request
from engine_bridge.protocol import Import, Refine

_REMEMBERED = 15
"""Measurements of a kind and size; their median is not moved by one stall, and follows a change within eight."""
_FIRST_S = {"import": 0.3, "compare": 0.5, "refine": 0.1}
"""Before any measurement: of a photo, of a comparison, of one step of a search; on two slow cores."""
_AFTER_BUDGET_S = 1.0  # what a search needs beside its steps: decoding before, and pictures after
MARGIN = 1.75
"""A promise is made when the expected time, times this, fits the deadline: what is measured varies by a third, and by
more while every core computes; with 1.2, a tenth of the promises under ten times the load were broken, with 1.5 four of
779 (benchmarks/serve_load.py)."""

_Class = tuple[str, int, bool]


class Forecast:
    """Seconds that a request needs a lane for; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._measured: dict[_Class, deque[float]] = {}
        self._medians: dict[_Class, float] = {}

    def note(self, requests: Sequence[Request], seconds: float) -> None:
        """Remember that these, computed together, took so long."""
        units = sum(_units(request) for request in requests)
        with self._lock:
            for kind in {_class(request) for request in requests}:
                values = self._measured.setdefault(kind, deque(maxlen=_REMEMBERED))
                values.append(seconds / units)
                self._medians[kind] = statistics.median(values)

    def seconds(self, request: Request) -> float:
        """What this request is expected to need."""
        needed = self._per_unit(_class(request)) * _units(request)
        if isinstance(request.job, Refine):
            return min(needed, request.job.budget_ms / 1000) + _AFTER_BUDGET_S
        return needed

    def finishes(self, free_at: Iterable[float], order: Iterable[Request], batch: int) -> dict[Request, float]:
        """When each of `order` would be answered, given when each thread of the lane is free and the size of a batch.

        Those of a batch are answered together.
        """
        threads = list(free_at)
        heapq.heapify(threads)
        ends: dict[Request, float] = {}
        together: list[Request] = []

        def close() -> None:
            end = heapq.heappop(threads) + sum(self.seconds(request) for request in together)
            heapq.heappush(threads, end)
            ends.update(dict.fromkeys(together, end))
            together.clear()

        for request in order:
            if together and sum(r.photos for r in together) + request.photos > batch:
                close()
            together.append(request)
        if together:
            close()
        return ends

    def _per_unit(self, kind: _Class) -> float:
        with self._lock:
            if kind in self._medians:
                return self._medians[kind]
            # The nearest size of the same kind, the larger first: a promise that is kept early hurts nobody.
            alike = [other for other in self._medians if other[0] == kind[0]]
            if alike:
                nearest = min(alike, key=lambda other: (abs(other[1] - kind[1]), other[1] < kind[1]))
                return self._medians[nearest]
        return _FIRST_S[kind[0]]


def _units(request: Request) -> int:
    """Photos, or steps of a search."""
    return max(1, request.job.steps) if isinstance(request.job, Refine) else request.photos


def _class(request: Request) -> _Class:
    """What takes about equally long: the kind, a photo file's size to a factor of two, whether variations are asked."""
    more = isinstance(request.job, Import) and request.job.variations > 0
    size = 0 if isinstance(request.job, Refine) else (request.size // request.photos).bit_length()
    return request.job.kind, size, more
