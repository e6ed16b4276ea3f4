"""The import service: one thread owns the socket and answers at once, another one computes.

Photos live in memory only, from the socket to the networks; nothing of them is written anywhere.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.serve.desk import Answer, Desk, DeskLimits, Request
from engine_bridge.errors import InputError
from engine_bridge.host_link import software
from engine_bridge.keys import ServerKeys
from engine_bridge.protocol import (
    MAX_PHOTO_BYTES,
    MAX_SCHEMA_BYTES,
    Cancel,
    Error,
    Heartbeat,
    Hello,
    Import,
    Imported,
    Message,
    Reject,
    Welcome,
)
from engine_bridge.router import Event, Joined, Lost, Received, Router, schema_refusal
from engine_bridge.schema import CharacterSchema
from engine_bridge.transport import SocketLimits

if TYPE_CHECKING:
    from core.reconstruct import Reconstruction

MAX_BATCH_PHOTOS = 8
"""Queued photos that the computing thread takes at once, at most; networks that gain nothing from it take fewer."""
_POLL_S = 0.25  # how soon a stop is noticed
_LAST_PHOTO_S = 2.0  # how long a stop waits for a photo that is being computed although nobody wants it


class Networks(Protocol):
    """What the service needs of `core.reconstruct.Reconstructor`; used by the computing thread only."""

    batch_photos: int

    def files(self, files: Sequence[bytes]) -> Iterator[Reconstruction | InputError]:
        """Reconstruct encoded photos in order."""
        ...


@dataclass(frozen=True)
class ServiceLimits:
    """What the service takes; `drain_s` bounds how long it finishes open requests once told to stop."""

    max_photo_bytes: int = MAX_PHOTO_BYTES
    max_batch_photos: int = MAX_BATCH_PHOTOS
    drain_s: float = 8.0
    desk: DeskLimits = field(default_factory=DeskLimits)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)


@dataclass
class ServiceCounts:
    """What happened so far. late: computed although nobody waited any more; dropped: superseded, cancelled or past
    their deadline before they were computed."""

    imported: int = 0
    refused: int = 0
    failed: int = 0
    late: int = 0
    dropped: int = 0


class Service:
    """Answers imports at one address. Construct (binds the port), load, `run`, `close`.

    Raises InputError when the address cannot be bound. Clients that connect before `run` wait for their welcome.
    """

    def __init__(self, bind: str, *, keys: ServerKeys | None = None, limits: ServiceLimits | None = None) -> None:
        self._limits = limits or ServiceLimits()
        self._schema: CharacterSchema | None = None
        self._bundle = ""
        self._desk = Desk(self._limits.desk)
        self.counts = ServiceCounts()
        self._router = Router(
            bind,
            self._greet,
            roles=frozenset({"client"}),
            keys=keys,
            limits=SocketLimits(max_part_bytes=max(self._limits.max_photo_bytes, MAX_SCHEMA_BYTES)),
            heartbeat=self._limits.heartbeat,
        )

    @property
    def endpoint(self) -> str:
        """The address with its real port."""
        return self._router.endpoint

    def run(self, networks: Networks, schema: CharacterSchema, bundle: str, stop: Callable[[], bool]) -> None:
        """Answer until `stop()` is true, then finish what is open (at most `drain_s`) and return.

        `schema` and `bundle` (a name and version) are what clients are told. Owns the socket in this thread.
        """
        self._schema, self._bundle = schema, bundle
        computing = threading.Thread(target=self._compute, args=(networks,), name="compute", daemon=True)
        computing.start()
        try:
            while not stop():
                self._turn(_POLL_S)
            self._desk.drain()
            drained_by = time.monotonic() + self._limits.drain_s
            while len(self._desk) and time.monotonic() < drained_by:
                self._turn(_POLL_S)
            self._turn(0)  # sends what was posted last
        finally:
            self._send(self._desk.close())
            # A photo in the middle of its networks cannot be interrupted; it ends within its own time.
            computing.join(_LAST_PHOTO_S)

    def close(self) -> None:
        """Say Bye to every client and free the port. Harmless when repeated."""
        self._router.close("the service is shutting down")

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _greet(self, hello: Hello) -> Welcome | Reject:
        assert self._schema is not None  # `run` sets it before it polls
        return schema_refusal(self._schema, hello) or Welcome(
            role="service",
            software=software(),
            bundle=self._bundle,
            schema_hash=self._schema.hash,
            max_photo_bytes=self._limits.max_photo_bytes,
            schema=self._schema.to_json(),
        )

    def _turn(self, timeout_s: float) -> None:
        due_at = self._desk.next_due()
        if due_at is not None:
            timeout_s = min(timeout_s, max(0.0, due_at - time.monotonic()))
        for event in self._router.poll(timeout_s):
            self._send(self._answers(event))
        self._send(self._desk.expire(time.monotonic()))

    def _answers(self, event: Event) -> list[Answer]:
        if isinstance(event, Lost):
            self._desk.forget(event.peer)
        if isinstance(event, Joined | Lost):
            return []
        peer, message = event.peer, event.message
        if isinstance(message, Import):
            return self._admit(event, message)
        if isinstance(message, Cancel):
            return self._desk.cancel(peer, message.request_id)
        if isinstance(message, Error):  # of our own mistake; answering it could go on for ever
            return []
        return [(peer, Error(0, "unknown-kind", f"A service has no use for '{message.kind}'."))]

    def _admit(self, event: Received, job: Import) -> list[Answer]:
        size, most = len(job.photo), self._limits.max_photo_bytes
        if size > most:
            words = f"The photo has {size / 2**20:.1f} MiB, but this service takes {most / 2**20:g}; save it smaller."
            answers: list[Answer] = [(event.peer, Error(job.request_id, "input", words))]
        else:
            answers = self._desk.submit(event.peer, job, time.monotonic())
        self.counts.refused += sum(isinstance(answer, Error) for _, answer in answers)
        return answers

    def _send(self, answers: list[Answer]) -> None:
        for peer, message in answers:
            self._router.send(peer, message)

    def _compute(self, networks: Networks) -> None:
        """The computing thread: takes what is queued, up to a batch, and answers each photo when it is ready."""
        most = max(1, min(self._limits.max_batch_photos, networks.batch_photos))
        while taken := self._desk.take(most):
            wanted = [request for request in taken if self._desk.wanted(request)]
            self.counts.dropped += len(taken) - len(wanted)
            started = time.monotonic()
            unanswered = list(wanted)
            try:
                results = networks.files([request.job.photo for request in wanted])
                for request, result in zip(wanted, results, strict=True):
                    self._answer(request, self._message(request, result, started))
                    unanswered.remove(request)
            except Exception as error:
                # One defect must not end the service; the operator sees where it was, the client that it was ours.
                traceback.print_exc(file=sys.stderr)
                for request in unanswered:
                    words = f"The service failed on this photo ({type(error).__name__}: {error}); see its log."
                    self._answer(request, Error(request.job.request_id, "internal", words))

    def _answer(self, request: Request, message: Message) -> None:
        if not self._desk.finish(request):
            self.counts.late += 1
            return
        if isinstance(message, Imported):
            self.counts.imported += 1
        else:
            self.counts.failed += 1
        self._router.post(request.peer, message)

    def _message(self, request: Request, result: Reconstruction | InputError, started: float) -> Message:
        job = request.job
        if isinstance(result, InputError):
            return Error(job.request_id, "input", str(result))
        assert self._schema is not None  # `run` sets it before it starts this thread
        return Imported(
            request_id=job.request_id,
            schema_hash=self._schema.hash,
            faces=result.faces,
            warnings=result.warnings,
            timings_ms={"queue": (started - request.received_at) * 1000, **result.timings_ms},
            parameters=result.parameters,
            choices=result.choices,
            aligned=result.aligned if job.pictures else None,
            preview=result.imitator_image if job.pictures else None,
        )
