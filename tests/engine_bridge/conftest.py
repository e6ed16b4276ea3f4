"""What the tests of the wire share: a router that runs in a thread, and a raw DEALER that says whatever it likes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
import zmq

from engine_bridge import codec
from engine_bridge.keys import ServerKeys, generate_keys
from engine_bridge.protocol import Heartbeat, Hello, Message, Reject, Welcome
from engine_bridge.router import Event, Joined, Lost, Received, Router
from engine_bridge.transport import SocketLimits, connect_dealer

DEADLINE_S = 60.0  # not a measure of speed: a busy machine takes 10 s to start a process


def accept(hello: Hello) -> Welcome | Reject:
    """Welcome everybody, as a coordinator."""
    return Welcome(role="coordinator", schema_hash=hello.schema_hash)


E = TypeVar("E", Joined, Received, Lost)


class Bench:
    """A router polled by a thread. `answer(router, event)` runs there for each event; every event is kept."""

    def __init__(
        self,
        greet: Callable[[Hello], Welcome | Reject] = accept,
        answer: Callable[[Router, Event], None] = lambda router, event: None,
        *,
        address: str = "tcp://127.0.0.1:0",
        keys: ServerKeys | None = None,
        heartbeat: Heartbeat | None = None,
        limits: SocketLimits | None = None,
        roles: frozenset[str] = frozenset({"engine", "client"}),
        max_peers: int = 256,
    ) -> None:
        self.router = Router(
            address, greet, roles=roles, keys=keys, limits=limits, heartbeat=heartbeat, max_peers=max_peers
        )
        self.address = self.router.endpoint
        self.events: list[Event] = []
        self._answer = answer
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, kind: type[E], count: int = 1) -> list[E]:
        """The events of one type, once there are `count` of them."""
        with self._changed:
            found = self._changed.wait_for(lambda: len(self._of(kind)) >= count, DEADLINE_S)
            assert found, f"no {count} {kind.__name__} within {DEADLINE_S:g} s, only {self.events}"
            return self._of(kind)

    def _of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def close(self) -> None:
        """Stop the thread, then say goodbye to all."""
        self._closing.set()
        self.router.wake()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the router's thread did not stop"
        self.router.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            for event in self.router.poll(0.2):
                self._answer(self.router, event)
                with self._changed:
                    self.events.append(event)
                    self._changed.notify_all()


class RawDealer:
    """A DEALER without manners: sends any parts, and reads messages within a deadline."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str) -> None:
        self._socket = connect_dealer(context, address)

    def send(self, message: Message | Sequence[codec.Buffer]) -> None:
        """Send a message, or parts as they are."""
        self._socket.send_multipart(codec.encode(message) if isinstance(message, Message) else list(message))

    def receive(self) -> Message:
        """The next message."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if self._socket.poll(200):
                return codec.decode(self._socket.recv_multipart())
        raise AssertionError(f"no message within {DEADLINE_S:g} s")

    def close(self) -> None:
        """Close at once."""
        self._socket.close(0)


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    """Returns Bench's constructor; all benches are closed at the end."""
    benches: list[Bench] = []

    def make(*arguments: object, **options: object) -> Bench:
        benches.append(Bench(*arguments, **options))  # pyright: ignore[reportArgumentType]  # Bench checks its own
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


@pytest.fixture
def make_raw(context: zmq.Context[zmq.Socket[bytes]]) -> Iterator[Callable[[str], RawDealer]]:
    """Returns a function from an address to a RawDealer; all are closed at the end."""
    dealers: list[RawDealer] = []

    def make(address: str) -> RawDealer:
        dealers.append(RawDealer(context, address))
        return dealers[-1]

    yield make
    for dealer in dealers:
        dealer.close()


@pytest.fixture
def keys_folder(tmp_path: Path) -> Path:
    """A folder with server.json and client.json."""
    generate_keys(tmp_path / "keys")
    return tmp_path / "keys"
