"""ServiceClient: what a panel or the command line uses to have photos imported by a running service."""

from __future__ import annotations

import os
import queue
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.dealer import Dealer
from engine_bridge.errors import DeadlineExceeded, FaceBridgeError, InputError, Refused, SchemaError
from engine_bridge.keys import ClientKeys
from engine_bridge.protocol import Cancel, Error, Hello, Import, Imported, Message, Superseded, Welcome, software
from engine_bridge.schema import CharacterSchema
from engine_bridge.transport import SocketLimits

_POLL_S = 0.5
_LATE_S = 2.0  # a service answers a missed deadline itself; we wait this much longer to hear its words


class Overtaken(Refused):
    """A newer photo took this request's slot."""


class Cancelled(Refused):
    """The request was cancelled by `cancel`."""


@dataclass(frozen=True, eq=False)
class ImportResult:
    """What a service found in one photo. Arrays are read-only."""

    parameters: npt.NDArray[np.float32]  # (P,), schema order, checked against the schema
    choices: npt.NDArray[np.uint8]  # (C,)
    faces: int  # found in the photo; the largest was taken
    warnings: tuple[str, ...]
    timings_ms: Mapping[str, float]
    aligned: npt.NDArray[np.uint8] | None  # (H, W, 3) sRGB: the photo as the reconstructor saw it
    preview: npt.NDArray[np.uint8] | None  # (H, W, 3) sRGB: the imitator's picture


@dataclass(frozen=True, eq=False)
class ServiceInfo:
    """Who answered."""

    software: str
    bundle: str
    schema: CharacterSchema
    max_photo_bytes: int


class ServiceClient:
    """A connection to a service at tcp://HOST:PORT, opened by the first call and opened again after a loss.

    `schema` is the caller's own, if it has one: a service for another character then refuses, naming both hashes.
    Every method may be called from any thread. Raises InputError for an address beyond loopback without keys.
    """

    def __init__(
        self,
        address: str,
        keys: ClientKeys | None = None,
        *,
        schema: CharacterSchema | None = None,
        connect_s: float = 10.0,
    ) -> None:
        self._address = address
        self._keys = keys
        self._connect_s = connect_s
        self._hello = Hello(
            role="client",
            software=software(),
            instance=secrets.token_hex(8),
            pid=os.getpid(),
            schema_hash=schema.hash if schema else "",
            schema=schema.to_json() if schema else None,
        )
        self._lock = threading.Lock()
        self._connection: _Connection | None = None
        self._requests = 0

    def hello(self) -> ServiceInfo:
        """Connect unless connected, and say who is there.

        Raises Refused with the service's words, DeadlineExceeded naming the likely cause when nobody answers.
        """
        with self._lock:
            return self._connected().info

    def submit(
        self, photo: bytes, slot: str = "", deadline_s: float = 30.0, pictures: bool = True
    ) -> tuple[int, Future[ImportResult]]:
        """Send a photo (the bytes of an image file); returns (request id, future) without waiting for the answer.

        A newer photo in the same slot overtakes this one; the empty slot is never overtaken. The future raises
        InputError for an unusable photo, Overtaken, Cancelled, DeadlineExceeded, Refused, or PeerLost when the
        connection ends. This call itself raises InputError when the photo is over the service's limit, and what
        `hello` raises.
        """
        with self._lock:
            connection = self._connected()
            limit = connection.info.max_photo_bytes
            if not 0 < len(photo) <= limit:
                raise InputError(f"The photo has {len(photo)} bytes; {self._address} accepts 1 to {limit}.")
            self._requests += 1
            message = Import(self._requests, slot, max(1, round(deadline_s * 1000)), pictures, photo)
            return self._requests, connection.ask(message)

    def cancel(self, request_id: int) -> None:
        """Tell the service that a request is no longer wanted; its future then raises Cancelled."""
        with self._lock:
            if self._connection is not None and not self._connection.ended.is_set():
                self._connection.tell(Cancel(request_id))

    def import_photo(
        self, photo: bytes, slot: str = "", deadline_s: float = 30.0, pictures: bool = True
    ) -> ImportResult:
        """Send a photo and wait for its parameters; raises what `submit` and its future raise."""
        request_id, future = self.submit(photo, slot, deadline_s, pictures)
        try:
            return future.result(deadline_s + _LATE_S)
        except FutureTimeout:
            self.cancel(request_id)
            raise DeadlineExceeded(
                f"{self._address} gave no answer within {deadline_s:g} s; allow more time, or see its log."
            ) from None

    @property
    def late(self) -> int:
        """Answers on the present connection that nobody waited for any more, and that were dropped."""
        return self._connection.late if self._connection is not None else 0

    def close(self) -> None:
        """Say goodbye; unanswered requests fail. Harmless when repeated, and the next call connects anew."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> ServiceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> _Connection:
        if self._connection is not None and self._connection.ended.is_set():
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = _Connection(self._address, self._hello, self._keys, self._connect_s)
        return self._connection


class _Connection:
    """One greeted connection; a thread of its own keeps the heartbeat and sorts answers to their futures."""

    def __init__(self, address: str, hello: Hello, keys: ClientKeys | None, connect_s: float) -> None:
        self._dealer = Dealer(address, hello, keys=keys, limits=SocketLimits())
        try:
            self.info = _info(address, self._dealer.greet(connect_s))
        except BaseException:
            self._dealer.close()
            raise
        self._outbox: queue.SimpleQueue[tuple[Message, Future[ImportResult] | None]] = queue.SimpleQueue()
        self._pending: dict[int, tuple[Import, Future[ImportResult]]] = {}
        self._closing = threading.Event()
        self.ended = threading.Event()
        self.late = 0
        self._thread = threading.Thread(target=self._run, name="service-client", daemon=True)
        self._thread.start()

    def ask(self, message: Import) -> Future[ImportResult]:
        future: Future[ImportResult] = Future()
        # Now it cannot be cancelled behind our back; `ServiceClient.cancel` tells the service as well.
        future.set_running_or_notify_cancel()
        self._outbox.put((message, future))
        self._dealer.wake()
        if self.ended.is_set():  # it ended in between, and nobody reads the outbox any more
            self._fail_unsent(Refused("The connection ended; try again."))
        return future

    def tell(self, message: Message) -> None:
        self._outbox.put((message, None))
        self._dealer.wake()

    def close(self) -> None:
        self._closing.set()
        self._dealer.wake()
        self._thread.join()
        self._dealer.close()

    def _run(self) -> None:
        error: FaceBridgeError = Refused("The connection was closed before the answer came.")
        try:
            while not self._closing.is_set():
                for message in self._dealer.poll(_POLL_S):
                    self._take(message)
                self._send_asked()
        except FaceBridgeError as problem:
            error = problem
        finally:
            self.ended.set()
            for _, future in self._pending.values():
                future.set_exception(error)
            self._pending.clear()
            self._fail_unsent(error)

    def _send_asked(self) -> None:
        while not self._outbox.empty():
            message, future = self._outbox.get_nowait()
            if future is not None and isinstance(message, Import):
                self._pending[message.request_id] = (message, future)
            self._dealer.send(message)

    def _fail_unsent(self, error: FaceBridgeError) -> None:
        while True:
            try:
                _, future = self._outbox.get_nowait()
            except queue.Empty:
                return
            if future is not None:
                future.set_exception(error)

    def _take(self, message: Message) -> None:
        if isinstance(message, Welcome):
            # A restarted service never saw what we asked the old one.
            for request, _ in self._pending.values():
                self._dealer.send(request)
            return
        request_id = message.request_id if isinstance(message, Imported | Superseded | Error) else 0
        waiting = self._pending.pop(request_id, None)
        if waiting is None:
            self.late += 1
            return
        future = waiting[1]
        if isinstance(message, Imported):
            try:
                future.set_result(_result(message, self.info.schema))
            except SchemaError as error:
                future.set_exception(error)
        elif isinstance(message, Superseded):
            future.set_exception(Overtaken(f"A newer photo in the same slot (request {message.by}) overtook this one."))
        elif isinstance(message, Error):
            future.set_exception(_ERRORS.get(message.code, Refused)(message.message))


_ERRORS: Mapping[str, type[FaceBridgeError]] = {
    "input": InputError,
    "deadline": DeadlineExceeded,
    "cancelled": Cancelled,
}


def _info(address: str, welcome: Welcome) -> ServiceInfo:
    if welcome.role != "service" or welcome.schema is None:
        raise Refused(f"{address} is a {welcome.role}, not a service; connect to where `facebridge serve` listens.")
    schema = CharacterSchema.from_json(welcome.schema)
    if schema.hash != welcome.schema_hash:
        raise SchemaError(f"{address} sent a schema that hashes to {schema.hash}, and calls it {welcome.schema_hash}.")
    return ServiceInfo(welcome.software, welcome.bundle, schema, welcome.max_photo_bytes)


def _result(message: Imported, schema: CharacterSchema) -> ImportResult:
    if message.schema_hash != schema.hash:
        raise SchemaError(f"The answer is for schema {message.schema_hash}, the service announced {schema.hash}.")
    return ImportResult(
        schema.check(message.parameters),
        schema.check_choices(message.choices),
        message.faces,
        message.warnings,
        message.timings_ms,
        message.aligned,
        message.preview,
    )
