"""The open requests of the service: bounded, promised only what can be kept, newest wins in a slot, answered once.

The thread that owns the socket submits, cancels and expires; the lanes take and finish. Whoever removes a request from
the desk answers it, so no request is answered twice and none is forgotten.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.serve.fair_queue import FairQueue
from core.serve.forecast import MARGIN, Forecast
from core.serve.request import LANES, Answer, Job, Lane, Request
from engine_bridge.protocol import Error, Superseded

_OUTRUN = (
    "Other clients' turns come before this client's many requests, so that this one would miss its deadline; send fewer"
    " at once, or allow more time."
)


@dataclass(frozen=True)
class DeskLimits:
    """What may wait at once, in requests and in bytes of photos; beyond it a request is refused as busy."""

    waiting_requests: int = 512
    waiting_bytes: int = 256 << 20
    client_requests: int = 128
    client_bytes: int = 128 << 20
    longest_deadline_s: float = 600.0


@dataclass(frozen=True, eq=False)
class Batch:
    """Requests that one thread computes together, since `started_at`; expected to take `expected_s`."""

    lane: Lane
    requests: list[Request]
    started_at: float
    expected_s: float


@dataclass
class _LaneState:
    """What waits for and runs in one lane of `threads` threads; `batch` photos were allowed together last."""

    threads: int = 1
    batch: int = 1
    waiting: FairQueue = field(default_factory=FairQueue)
    running: list[Batch] = field(default_factory=list[Batch])


class Desk:
    """Open requests; every method may be called from any thread."""

    def __init__(
        self,
        limits: DeskLimits | None = None,
        *,
        threads: Mapping[Lane, int] | None = None,
        forecast: Forecast | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits or DeskLimits()
        self.forecast = forecast or Forecast()
        self._clock = clock
        self._changed = threading.Condition()
        self._open: dict[tuple[bytes, int], Request] = {}
        self._slots: dict[tuple[bytes, str], Request] = {}
        self._lanes = {lane: _LaneState((threads or {}).get(lane, 1)) for lane in LANES}
        self._bytes: dict[bytes, int] = {}
        self._closing = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._open)

    @property
    def waiting(self) -> int:
        """Requests that no lane has taken yet."""
        return sum(len(state.waiting) for state in self._lanes.values())

    def submit(self, peer: bytes, job: Job, now: float) -> list[Answer]:
        """Put a job on the desk; returns what must be sent at once: Superseded for an older one, or refusals."""
        with self._changed:
            if (peer, job.request_id) in self._open or job.request_id == 0:
                words = f"Request id {job.request_id} is 0 or still open; number the requests 1, 2, 3, ..."
                return [(peer, Error(0, "malformed", words))]
            if self._closing:
                return [_busy(peer, job, "The service is shutting down; try again later.")]
            request = Request(peer, job, now, now + min(job.deadline_ms / 1000, self._limits.longest_deadline_s))
            state = self._lanes[request.lane]
            answers: list[Answer] = []
            older = self._slots.get((peer, request.slot)) if request.slot else None
            placed = False
            if older is not None:
                # The newest takes the older one's place: a panel that sends again and again keeps its turn.
                placed = older.lane == request.lane and state.waiting.replace(older, request)
                self._remove(older, replaced=placed)
                answers.append((peer, Superseded(older.job.request_id, job.request_id)))
            if not placed:
                state.waiting.add(request)
            self._bytes[peer] = self._bytes.get(peer, 0) + request.size
            self._open[request.key] = request
            if request.slot:
                self._slots[peer, request.slot] = request
            refusal, victims = self._full(request), list[Request]()
            if not refusal:
                refusal, victims = self._promise(state, request, now)
            if refusal:
                self._remove(request)
                return [*answers, _busy(peer, job, refusal)]
            for victim in victims:
                self._remove(victim)
                answers.append(_busy(victim.peer, victim.job, _OUTRUN))
            self._changed.notify_all()
            return answers

    def cancel(self, peer: bytes, request_id: int) -> list[Answer]:
        """Drop a request that its client no longer wants; nothing for one that was already answered."""
        with self._changed:
            request = self._open.get((peer, request_id))
            if request is None:
                return []
            self._remove(request)
            return [(peer, Error(request_id, "cancelled", "The client cancelled this request."))]

    def forget(self, peer: bytes) -> int:
        """Drop everything of a client that is gone; returns how many requests that were."""
        with self._changed:
            gone = [request for request in self._open.values() if request.peer == peer]
            for request in gone:
                self._remove(request)
            return len(gone)

    def expire(self, now: float) -> list[Answer]:
        """Drop what is past its deadline, also while it is being computed; returns what must be sent."""
        with self._changed:
            overdue = [request for request in self._open.values() if request.due_at <= now]
            for request in overdue:
                self._remove(request)
            return [(request.peer, _too_late(request)) for request in overdue]

    def next_due(self) -> float | None:
        """The earliest deadline of any open request, or None."""
        with self._changed:
            return min((request.due_at for request in self._open.values()), default=None)

    def take(self, lane: Lane, most: Callable[[Request], int]) -> Batch | None:
        """Wait for requests and take some in fair order: the next, and what goes with it, which is the same bundle and
        together at most `most` photos. None once the desk is closed."""
        with self._changed:
            state = self._lanes[lane]
            while not state.waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            first = next(state.waiting.order())
            state.batch = limit = most(first)
            taken = state.waiting.take(
                lambda sofar, other: (
                    other.job.bundle == first.job.bundle and sum(r.photos for r in sofar) + other.photos <= limit
                )
            )
            for request in taken:
                self._uncount(request)
            expected_s = sum(self.forecast.seconds(request) for request in taken)
            batch = Batch(lane, taken, self._clock(), expected_s)
            state.running.append(batch)
            return batch

    def done(self, batch: Batch) -> None:
        """The thread that took a batch is free again."""
        with self._changed:
            self._lanes[batch.lane].running.remove(batch)

    def wanted(self, request: Request) -> bool:
        """Whether a request still needs an answer in time."""
        with self._changed:
            return self._open.get(request.key) is request and self._clock() < request.due_at

    def finish(self, request: Request) -> bool:
        """Close a taken request; whether the caller must answer it (else somebody did already)."""
        with self._changed:
            if self._open.get(request.key) is not request:
                return False
            self._remove(request)
            return True

    def drain(self) -> None:
        """Refuse new requests from now on; open ones go on."""
        with self._changed:
            self._closing = True

    def close(self) -> list[Answer]:
        """Let `take` return; what is still open is refused by the returned answers."""
        with self._changed:
            self._closing = self._closed = True
            left = list(self._open.values())
            for request in left:
                self._remove(request)
            self._changed.notify_all()
            words = "The service shut down before this request's turn came; send it again later."
            return [_busy(request.peer, request.job, words) for request in left]

    def _full(self, request: Request) -> str:
        """Why a request that was just put down is one too many, or nothing."""
        limits, waiting = self._limits, self.waiting
        own = sum(state.waiting.waiting_of(request.peer) for state in self._lanes.values())
        own_bytes, all_bytes = self._bytes.get(request.peer, 0), sum(self._bytes.values())
        again = "try again in a few seconds."
        if waiting > limits.waiting_requests:
            return f"The queue of {limits.waiting_requests} requests is full; {again}"
        if own > limits.client_requests:
            return f"{limits.client_requests} requests of this client wait already; send more when some are answered."
        if waiting > 1 and all_bytes > limits.waiting_bytes:
            return f"The photos that wait would exceed {limits.waiting_bytes / 2**20:g} MiB together; {again}"
        if own > 1 and own_bytes > limits.client_bytes:
            return f"This client's waiting photos would exceed {limits.client_bytes / 2**20:g} MiB; {again}"
        return ""

    def _promise(self, state: _LaneState, request: Request, now: float) -> tuple[str, list[Request]]:
        """Why a request cannot be promised in time, or nothing; and whose promise it breaks because its turn comes
        first. What need not wait is never refused, so that a forecast that is too dark is soon corrected."""
        if len(state.waiting) == 1 and len(state.running) < state.threads:
            return "", []
        order = list(state.waiting.order())
        ends = self._finishes(state, order, now)
        expected_s, allowed_s = ends[request] - now, request.due_at - now
        if expected_s * MARGIN > allowed_s:
            words = (
                f"Too much is waiting: the answer is expected in {_spoken(expected_s)}, but must be there within"
                f" {_spoken(allowed_s)}; allow more time, or try again later."
            )
            return words, []
        if order[-1] is request:
            return "", []
        before = self._finishes(state, [other for other in order if other is not request], now)
        victims = [
            other
            for other, end in before.items()
            if (end - now) * MARGIN <= other.due_at - now < (ends[other] - now) * MARGIN
        ]
        own = state.waiting.waiting_of(request.peer)
        if any(state.waiting.waiting_of(victim.peer) <= own for victim in victims):
            return "Too much is waiting: others that came before would miss their deadlines; try again later.", []
        return "", victims

    def _finishes(self, state: _LaneState, order: list[Request], now: float) -> dict[Request, float]:
        # A batch that takes longer than expected is taken to be nearly done; a search that nobody wants any more is.
        free_at = [max(now, batch.started_at + batch.expected_s) for batch in state.running if not self._ending(batch)]
        free_at += [now] * (state.threads - len(free_at))
        return self.forecast.finishes(free_at, order, state.batch)

    def _ending(self, batch: Batch) -> bool:
        return batch.lane == "searches" and all(self._open.get(r.key) is not r for r in batch.requests)

    def _remove(self, request: Request, *, replaced: bool = False) -> None:
        """Close a request; `replaced` says that another one took its place in the queue already."""
        del self._open[request.key]
        if self._slots.get((request.peer, request.slot)) is request:
            del self._slots[request.peer, request.slot]
        if replaced or self._lanes[request.lane].waiting.remove(request):
            self._uncount(request)

    def _uncount(self, request: Request) -> None:
        left = self._bytes.pop(request.peer, 0) - request.size
        if left > 0:
            self._bytes[request.peer] = left


def _busy(peer: bytes, job: Job, words: str) -> Answer:
    return peer, Error(job.request_id, "busy", words)


def _spoken(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _too_late(request: Request) -> Error:
    words = f"The deadline of {request.job.deadline_ms} ms passed before the result; allow more time."
    return Error(request.job.request_id, "deadline", words)
