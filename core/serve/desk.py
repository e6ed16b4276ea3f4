"""The open requests of the service: bounded, newest wins in a slot, each answered exactly once.

The thread that owns the socket submits, cancels and expires; the computing thread takes and finishes. Whoever removes
a request from the desk answers it, so no request is answered twice and none is forgotten.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from engine_bridge.protocol import Error, Import, Message, Superseded


@dataclass(frozen=True)
class DeskLimits:
    """What may wait at once, in requests and in bytes of photos; beyond it a request is refused as busy."""

    waiting_requests: int = 64
    waiting_bytes: int = 256 << 20
    longest_deadline_s: float = 600.0


@dataclass(frozen=True, eq=False)
class Request:
    """One photo to reconstruct; times are on the monotonic clock."""

    peer: bytes
    job: Import
    received_at: float
    due_at: float

    @property
    def key(self) -> tuple[bytes, int]:
        """Which client's, and its number there."""
        return self.peer, self.job.request_id


Answer = tuple[bytes, Message]
"""A message and the peer it goes to."""


class Desk:
    """Open requests; every method may be called from any thread."""

    def __init__(self, limits: DeskLimits | None = None) -> None:
        self._limits = limits or DeskLimits()
        self._changed = threading.Condition()
        self._open: dict[tuple[bytes, int], Request] = {}
        self._slots: dict[tuple[bytes, str], Request] = {}
        self._waiting: deque[Request] = deque()
        self._bytes = 0
        self._closing = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._open)

    def submit(self, peer: bytes, job: Import, now: float) -> list[Answer]:
        """Put a photo on the desk; returns what must be sent at once: Superseded for the older, or a refusal."""
        limits = self._limits
        with self._changed:
            if (peer, job.request_id) in self._open or job.request_id == 0:
                words = f"Request id {job.request_id} is 0 or still open; number the requests 1, 2, 3, ..."
                return [(peer, Error(0, "malformed", words))]
            if self._closing:
                return [(peer, Error(job.request_id, "busy", "The service is shutting down; try again later."))]
            answers: list[Answer] = []
            older = self._slots.get((peer, job.slot)) if job.slot else None
            # The older photo leaves first: in a full queue the newest still takes its place.
            if older is not None:
                self._remove(older)
                answers.append((peer, Superseded(older.job.request_id, job.request_id)))
            refusal = self._full(len(job.photo))
            if refusal:
                return [*answers, (peer, Error(job.request_id, "busy", refusal))]
            due_at = now + min(job.deadline_ms / 1000, limits.longest_deadline_s)
            request = Request(peer, job, now, due_at)
            self._open[request.key] = request
            if job.slot:
                self._slots[peer, job.slot] = request
            self._waiting.append(request)
            self._bytes += len(job.photo)
            self._changed.notify()
            return answers

    def cancel(self, peer: bytes, request_id: int) -> list[Answer]:
        """Drop a request that its client no longer wants; nothing for one that was already answered."""
        with self._changed:
            request = self._open.get((peer, request_id))
            if request is None:
                return []
            self._remove(request)
            return [(peer, Error(request_id, "cancelled", "The client cancelled this photo."))]

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

    def take(self, most: int) -> list[Request]:
        """Wait for photos and take up to `most` in order of arrival; [] once the desk is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return []
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._bytes -= sum(len(request.job.photo) for request in taken)
            return taken

    def wanted(self, request: Request) -> bool:
        """Whether a taken request still needs an answer in time."""
        with self._changed:
            return self._open.get(request.key) is request and time.monotonic() < request.due_at

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
            words = "The service shut down before this photo's turn came; send it again later."
            return [(request.peer, Error(request.job.request_id, "busy", words)) for request in left]

    def _full(self, photo_bytes: int) -> str:
        limits = self._limits
        if len(self._waiting) >= limits.waiting_requests:
            return f"The queue of {limits.waiting_requests} photos is full; try again in a few seconds."
        if self._waiting and self._bytes + photo_bytes > limits.waiting_bytes:
            mib = limits.waiting_bytes / 2**20
            return f"The photos that wait would exceed {mib:g} MiB together; try again in a few seconds."
        return ""

    def _remove(self, request: Request) -> None:
        del self._open[request.key]
        slot = request.peer, request.job.slot
        if self._slots.get(slot) is request:
            del self._slots[slot]
        if request in self._waiting:
            self._waiting.remove(request)
            self._bytes -= len(request.job.photo)


def _too_late(request: Request) -> Error:
    words = f"The photo's deadline of {request.job.deadline_ms} ms passed before its result; allow more time."
    return Error(request.job.request_id, "deadline", words)
