"""The import service: one thread owns the socket and answers at once, others compute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.serve.desk import Desk, DeskLimits
from core.serve.event_log import EventLog, client_mark
from core.serve.lanes import Lanes
from core.serve.record import Meter, Record, ServiceCounts
from core.serve.request import Answer, Job, Lane, Request
from core.serve.shelf import Reloaded, Shelf
from engine_bridge import codec
from engine_bridge.errors import ProtocolError, Refused
from engine_bridge.keys import ServerKeys
from engine_bridge.protocol import (
    MAX_PHOTO_BYTES,
    MAX_SCHEMA_BYTES,
    Cancel,
    Compare,
    Error,
    Heartbeat,
    Hello,
    Import,
    Message,
    Progress,
    Refine,
    Reject,
    Superseded,
    Welcome,
    software,
)
from engine_bridge.refusals import schema_refusal
from engine_bridge.router import Event, Joined, Lost, Router
from engine_bridge.transport import SocketLimits

MAX_BATCH_PHOTOS = 64
"""Queued photos that are computed together, at most; networks that gain nothing from it take fewer."""
_POLL_S = 0.25  # how soon a stop is noticed
_LAST_PHOTO_S = 2.0  # how long a stop waits for a photo that is being computed although nobody wants it


@dataclass(frozen=True)
class ServiceLimits:
    """What the service takes; `drain_s` bounds how long it finishes open requests once told to stop, `threads` says how
    many batches of each lane are computed at once."""

    max_photo_bytes: int = MAX_PHOTO_BYTES
    max_batch_photos: int = MAX_BATCH_PHOTOS
    max_clients: int = 1024
    drain_s: float = 8.0
    threads: Mapping[Lane, int] = field(default_factory=dict[Lane, int])
    desk: DeskLimits = field(default_factory=DeskLimits)
    heartbeat: Heartbeat = field(default_factory=Heartbeat)


class Service:
    """Answers imports, searches and comparisons at one address. Construct (binds the port), load, `run`, `close`.

    Raises InputError when the address cannot be bound. Clients that connect before `run` wait for their welcome.
    """

    def __init__(
        self,
        bind: str,
        *,
        keys: ServerKeys | None = None,
        limits: ServiceLimits | None = None,
        log: EventLog | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._limits = limits or ServiceLimits()
        self.record = Record(log, meter)
        self._desk = Desk(self._limits.desk, threads=self._limits.threads)
        self._shelf: Shelf | None = None
        self._state = "loading"
        self._started_at = time.monotonic()
        self._clients: dict[bytes, str] = {}
        self._progress_lock = threading.Lock()
        self._progress: dict[Request, Progress] = {}
        self._reload_asked = False
        self._router = Router(
            bind,
            self._greet,
            roles=frozenset({"client"}),
            keys=keys,
            limits=SocketLimits(max_part_bytes=max(self._limits.max_photo_bytes, MAX_SCHEMA_BYTES)),
            heartbeat=self._limits.heartbeat,
            max_peers=self._limits.max_clients,
        )

    @property
    def endpoint(self) -> str:
        """The address with its real port."""
        return self._router.endpoint

    @property
    def counts(self) -> ServiceCounts:
        """What happened so far."""
        return self.record.counts

    def health(self) -> dict[str, object]:
        """State ("loading", "ready" or "draining"), bundles, queue, clients and uptime, for operators."""
        shelf = self._shelf
        return {
            "state": self._state,
            "software": software(),
            "bundles": shelf.bundles if shelf else {},
            "features": list(shelf.features) if shelf else [],
            "engine": bool(shelf and "engine" in shelf.features),
            "clients": len(self._clients),
            "open": len(self._desk),
            "waiting": self._desk.waiting,
            "uptime_s": round(time.monotonic() - self._started_at, 1),
        }

    def run(self, shelf: Shelf, stop: Callable[[], bool]) -> None:
        """Answer until `stop()` is true, then finish what is open (at most `drain_s`) and return.

        Owns the socket in this thread. The shelf stays the caller's to close.
        """
        self._shelf = shelf
        lanes = Lanes(
            self._desk,
            shelf,
            self.record,
            threads=self._limits.threads,
            most_photos=self._limits.max_batch_photos,
            deliver=self._deliver,
            tell=self._tell,
        )
        lanes.start()
        self._state = "ready"
        self.record.log.event("ready", bundles=list(shelf.bundles.values()))
        try:
            while not stop():
                self._turn(_POLL_S)
                if self._reload_asked:
                    self._reload_asked = False
                    threading.Thread(target=self._reload_quietly, name="reload", daemon=True).start()
            self._state = "draining"
            self.record.log.event("draining", open=len(self._desk))
            self._desk.drain()
            drained_by = time.monotonic() + self._limits.drain_s
            while len(self._desk) and time.monotonic() < drained_by:
                self._turn(_POLL_S)
            self._turn(0)  # sends what was posted last
        finally:
            self._send(self._desk.close())
            lanes.join(_LAST_PHOTO_S)
            self.record.log.event("stopped")

    def ask_reload(self) -> None:
        """Have the bundles loaded anew soon; from any thread and from a signal handler."""
        self._reload_asked = True

    def reload(self) -> list[Reloaded]:
        """Load the bundles anew and return what became of each; raises Refused while loading or another reload runs."""
        if self._shelf is None:
            raise Refused("The service is still loading its bundles; try again in a few seconds.")
        outcome = self._shelf.reload()
        for entry in outcome:
            values = {"error": entry.error} if entry.error else {}
            self.record.log.event("kept" if entry.error else "reloaded", name=entry.name, bundle=entry.bundle, **values)
        return outcome

    def close(self) -> None:
        """Say Bye to every client and free the port. Harmless when repeated."""
        self._router.close("the service is shutting down")

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reload_quietly(self) -> None:
        try:
            self.reload()
        except Refused as error:
            self.record.log.event("kept", error=str(error))

    def _greet(self, hello: Hello) -> Welcome | Reject:
        shelf = self._shelf
        assert shelf is not None  # `run` sets it before it polls
        return schema_refusal(shelf.schema, hello) or Welcome(
            role="service",
            software=software(),
            bundle=shelf.bundle,
            schema_hash=shelf.schema.hash,
            max_photo_bytes=self._limits.max_photo_bytes,
            features=shelf.features,
            bundles=shelf.names,
            schema=shelf.schema.to_json(),
        )

    def _turn(self, timeout_s: float) -> None:
        due_at = self._desk.next_due()
        if due_at is not None:
            timeout_s = min(timeout_s, max(0.0, due_at - time.monotonic()))
        for event in self._router.poll(timeout_s):
            self._take(event)
        self._send(self._desk.expire(time.monotonic()))
        self._send_progress()

    def _take(self, event: Event) -> None:
        peer = event.peer
        if isinstance(event, Joined):
            self._clients[peer] = client_mark(event.hello.instance)
            self.record.log.event("joined", client=self._clients[peer], software=event.hello.software[:80])
            return
        if isinstance(event, Lost):
            dropped = self._desk.forget(peer)
            self.record.count("dropped", dropped)
            self.record.log.event("left", client=self._clients.pop(peer, ""), reason=event.reason, dropped=dropped)
            return
        message = event.message
        if isinstance(message, Import | Refine | Compare):
            self._send(self._admit(peer, message), message.kind, len(message.photo))
        elif isinstance(message, Cancel):
            self._send(self._desk.cancel(peer, message.request_id))
        elif not isinstance(message, Error):  # of our own mistake; answering it could go on for ever
            self._send([(peer, Error(0, "unknown-kind", f"A service has no use for '{message.kind}'."))])

    def _admit(self, peer: bytes, job: Job) -> list[Answer]:
        assert self._shelf is not None
        size, most = len(job.photo), self._limits.max_photo_bytes
        words = self._shelf.unknown(job.bundle)
        if size > most:
            words = f"The photo has {size / 2**20:.1f} MiB, but this service takes {most / 2**20:g}; save it smaller."
        if words:
            return [(peer, Error(job.request_id, "input", words))]
        return self._desk.submit(peer, job, time.monotonic())

    def _send(self, answers: list[Answer], kind: str = "", size: int = 0) -> None:
        """Send what the socket's thread answers itself."""
        for peer, message in answers:
            self._router.send(peer, message)
            own = {} if isinstance(message, Superseded) else {"kind": kind, "size": size}
            self.record.turned_away(self._clients.get(peer, ""), message, **own)

    def _send_progress(self) -> None:
        with self._progress_lock:
            latest, self._progress = self._progress, {}
        for request, progress in latest.items():
            # What was answered meanwhile, or whose client does not keep up, hears no more of it.
            if self._desk.wanted(request):
                self._router.offer(request.peer, progress)

    def _tell(self, request: Request, progress: Progress) -> None:
        """From a lane: the newest progress replaces one that was not sent yet."""
        with self._progress_lock:
            self._progress[request] = progress
        self._router.wake()

    def _deliver(self, request: Request, message: Message, photos: int) -> None:
        """From a lane: an answer, unless the request was answered otherwise meanwhile."""
        try:
            codec.encode(
                message
            )  # views, no copies: what the wire cannot carry must fail here, not in the socket's thread
        except ProtocolError as error:
            message = Error(request.job.request_id, "internal", f"The answer cannot be sent: {error}")
        if not self._desk.finish(request):
            self.record.count("late")
            return
        client = self._clients.get(request.peer, "")
        self.record.computed(request, client, message, time.monotonic(), photos)
        self._router.post(request.peer, message)
