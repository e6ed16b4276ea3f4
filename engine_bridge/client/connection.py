"""One greeted connection to a service; a thread of its own keeps the heartbeat and sorts answers to their futures."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from engine_bridge.client.results import (
    Comparison,
    ImportResult,
    RefineProgress,
    RefineResult,
    comparison,
    import_result,
    refine_progress,
    refine_result,
)
from engine_bridge.dealer import Dealer
from engine_bridge.errors import DeadlineExceeded, FaceBridgeError, InputError, Refused, SchemaError
from engine_bridge.keys import ClientKeys
from engine_bridge.protocol import (
    Cancel,
    Compare,
    Compared,
    Error,
    Hello,
    Import,
    Imported,
    Message,
    Progress,
    Refine,
    Refined,
    Superseded,
    Welcome,
)
from engine_bridge.schema import CharacterSchema
from engine_bridge.transport import SocketLimits

_POLL_S = 0.5


class Overtaken(Refused):
    """A newer photo took this request's slot."""


class Cancelled(Refused):
    """The request was cancelled by `cancel`."""


class Busy(Refused):
    """Too much waits at the service to answer in time; its words say how long to wait before trying again."""


@dataclass(frozen=True, eq=False)
class ServiceInfo:
    """Who answered; `features` and `bundles` are empty for a service of protocol 1.1."""

    software: str
    bundle: str
    schema: CharacterSchema
    max_photo_bytes: int
    features: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Asked:
    """An open request: its message, who waits, and who is told of progress."""

    message: Import | Refine | Compare
    digest: str
    future: Future[Any]
    progress: Callable[[RefineProgress], None] | None = None


class Connection:
    """Greets at once: raises Refused, DeadlineExceeded or SchemaError when nobody fit answers."""

    def __init__(self, address: str, hello: Hello, keys: ClientKeys | None, connect_s: float) -> None:
        self._dealer = Dealer(address, hello, keys=keys, limits=SocketLimits())
        try:
            self.info = _info(address, self._dealer.greet(connect_s))
        except BaseException:
            self._dealer.close()
            raise
        self._outbox: queue.SimpleQueue[_Asked | Message] = queue.SimpleQueue()
        self._pending: dict[int, _Asked] = {}
        self._closing = threading.Event()
        self.ended = threading.Event()
        self.late = 0
        self._thread = threading.Thread(target=self._run, name="service-client", daemon=True)
        self._thread.start()

    def ask_import(self, message: Import) -> Future[ImportResult]:
        """Send it; the future gets the answer."""
        return self._ask(message, None)

    def ask_refine(self, message: Refine, progress: Callable[[RefineProgress], None] | None) -> Future[RefineResult]:
        """Send it; `progress` is called from this connection's thread."""
        return self._ask(message, progress)

    def ask_compare(self, message: Compare) -> Future[Comparison]:
        """Send it; the future gets the answer."""
        return self._ask(message, None)

    def tell(self, message: Message) -> None:
        """Send what has no answer."""
        self._outbox.put(message)
        self._dealer.wake()

    def close(self) -> None:
        """Say goodbye and end the thread."""
        self._closing.set()
        self._dealer.wake()
        self._thread.join()
        self._dealer.close()

    def _ask(
        self, message: Import | Refine | Compare, progress: Callable[[RefineProgress], None] | None
    ) -> Future[Any]:
        future: Future[Any] = Future()
        # Now it cannot be cancelled behind our back; `ServiceClient.cancel` tells the service as well.
        future.set_running_or_notify_cancel()
        self._outbox.put(_Asked(message, hashlib.sha256(message.photo).hexdigest(), future, progress))
        self._dealer.wake()
        if self.ended.is_set():  # it ended in between, and nobody reads the outbox any more
            self._fail_unsent(Refused("The connection ended; try again."))
        return future

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
            for asked in self._pending.values():
                asked.future.set_exception(error)
            self._pending.clear()
            self._fail_unsent(error)

    def _send_asked(self) -> None:
        while not self._outbox.empty():
            asked = self._outbox.get_nowait()
            if isinstance(asked, _Asked):
                self._pending[asked.message.request_id] = asked
                self._dealer.send(asked.message)
            else:
                self._dealer.send(asked)

    def _fail_unsent(self, error: FaceBridgeError) -> None:
        while True:
            try:
                asked = self._outbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(asked, _Asked):
                asked.future.set_exception(error)

    def _take(self, message: Message) -> None:
        if isinstance(message, Welcome):
            # A restarted service never saw what we asked the old one.
            for asked in self._pending.values():
                self._dealer.send(asked.message)
            return
        if isinstance(message, Progress):
            self._report(message)
            return
        if isinstance(message, Imported | Refined | Compared | Superseded | Error):
            asked = self._pending.pop(message.request_id, None)
        else:
            asked = None
        if asked is None:
            self.late += 1
            return
        if isinstance(message, Superseded):
            words = f"A newer photo in the same slot (request {message.by}) overtook this one."
            asked.future.set_exception(Overtaken(words))
        elif isinstance(message, Error):
            asked.future.set_exception(_ERRORS.get(message.code, Refused)(message.message))
        else:
            try:
                asked.future.set_result(self._result(message, asked))
            except FaceBridgeError as error:
                asked.future.set_exception(error)

    def _result(self, message: Message, asked: _Asked) -> ImportResult | RefineResult | Comparison:
        if isinstance(message, Imported) and isinstance(asked.message, Import):
            return import_result(message, self.info.schema, asked.digest)
        if isinstance(message, Refined) and isinstance(asked.message, Refine):
            return refine_result(message, self.info.schema, asked.digest)
        if isinstance(message, Compared) and isinstance(asked.message, Compare):
            return comparison(message)
        raise Refused(f"The service answered '{asked.message.kind}' with '{message.kind}'; update it.")

    def _report(self, message: Progress) -> None:
        asked = self._pending.get(message.request_id)
        if asked is None or asked.progress is None or message.digest != asked.digest:
            return
        try:
            asked.progress(refine_progress(message, self.info.schema))
        except Exception as error:
            # A caller's mistake, or a service's: it must not end this thread, on which others' answers depend.
            if not asked.future.done():
                self._pending.pop(message.request_id)
                asked.future.set_exception(error)
                self._dealer.send(Cancel(message.request_id))


_ERRORS: Mapping[str, type[FaceBridgeError]] = {
    "input": InputError,
    "deadline": DeadlineExceeded,
    "cancelled": Cancelled,
    "busy": Busy,
}


def _info(address: str, welcome: Welcome) -> ServiceInfo:
    if welcome.role != "service" or welcome.schema is None:
        raise Refused(f"{address} is a {welcome.role}, not a service; connect to where `facebridge serve` listens.")
    schema = CharacterSchema.from_json(welcome.schema)
    if schema.hash != welcome.schema_hash:
        raise SchemaError(f"{address} sent a schema that hashes to {schema.hash}, and calls it {welcome.schema_hash}.")
    return ServiceInfo(
        welcome.software, welcome.bundle, schema, welcome.max_photo_bytes, welcome.features, welcome.bundles
    )
