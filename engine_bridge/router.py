"""The binding end of the wire: greets peers, answers heartbeats, notices the dead, and hands over their messages.

A coordinator or service owns one `Router` in one thread and loops over `poll`. Other threads use `post` only.
"""

from __future__ import annotations

import dataclasses
import os
import queue
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import zmq

from engine_bridge import codec
from engine_bridge.errors import ProtocolError
from engine_bridge.keys import ServerKeys
from engine_bridge.protocol import (
    VERSION,
    Bye,
    Error,
    Heartbeat,
    Hello,
    Message,
    Ping,
    Pong,
    Reject,
    Welcome,
)
from engine_bridge.refusals import hello_refusal
from engine_bridge.transport import SocketLimits, Waker, bind_router, stop_admission

_BATCH = 256  # messages handled before silence is checked again, so that a flood cannot hide a death
_BATCH_BYTES = 64 << 20  # and bytes of them, which the owner could not refuse before they are handed over
_GONE = "is no longer connected"


@dataclass(frozen=True, eq=False)
class Joined:
    """A peer said an acceptable hello and was welcomed."""

    peer: bytes
    hello: Hello


@dataclass(frozen=True, eq=False)
class Received:
    """A welcomed peer sent a message other than hello, ping and bye."""

    peer: bytes
    message: Message


@dataclass(frozen=True, eq=False)
class Lost:
    """A welcomed peer left, fell silent or became unreachable; nothing more comes from it."""

    peer: bytes
    reason: str


Event = Joined | Received | Lost


@dataclass
class Peer:
    """One welcomed peer; `heard_at` is on the monotonic clock."""

    hello: Hello
    heard_at: float


@dataclass
class Counts:
    """What was turned away so far."""

    rejected: int = 0
    malformed: int = 0


class Router:
    """A bound ROUTER that speaks the protocol.

    `greet` gets each well-formed Hello of an accepted role and returns a Welcome (its heartbeat, instance, pid and
    protocol are filled in here) or a Reject. Every peer costs memory, so at most `max_peers` are welcome at once.
    Raises InputError when the address cannot be bound.
    """

    def __init__(
        self,
        address: str,
        greet: Callable[[Hello], Welcome | Reject],
        *,
        roles: frozenset[str] = frozenset({"engine", "client"}),
        keys: ServerKeys | None = None,
        limits: SocketLimits | None = None,
        heartbeat: Heartbeat | None = None,
        max_peers: int = 256,
    ) -> None:
        self._greet = greet
        self._roles = roles
        self._heartbeat = heartbeat or Heartbeat()
        self._max_peers = max_peers
        self._instance = secrets.token_hex(8)
        self._context: zmq.Context[Any] = zmq.Context()
        try:
            self._socket, self.endpoint = bind_router(self._context, address, keys, limits)
        except BaseException:
            stop_admission(self._context)
            self._context.term()
            raise
        self._waker = Waker(self._context)
        self._posted: queue.SimpleQueue[tuple[bytes, Message]] = queue.SimpleQueue()
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._waker.socket, zmq.POLLIN)
        self._peers: dict[bytes, Peer] = {}
        self._unreachable: set[bytes] = set()  # their connection has ended, but what they last said may be unread
        self._events: list[Event] = []
        self._closed = False
        self._polled_at = time.monotonic()
        self.counts = Counts()

    @property
    def peers(self) -> Mapping[bytes, Peer]:
        """The welcomed peers by routing id."""
        return self._peers

    def poll(self, timeout_s: float) -> list[Event]:
        """Wait up to `timeout_s` for events and return them; [] after the time, or early when `wake` was called."""
        deadline = time.monotonic() + timeout_s
        while True:
            remaining = max(0.0, deadline - time.monotonic())
            wait_s = 0.0 if self._unreachable else min(remaining, self._heartbeat.interval_s)
            self._poller.poll(round(wait_s * 1000))
            woken = self._waker.clear()
            while not self._posted.empty():
                self.send(*self._posted.get_nowait())
            self._forgive_own_absence()
            if self._read_batch():
                for peer in tuple(self._unreachable):
                    self._lose(peer, _GONE)
            self._check_silence()
            if self._events or woken or time.monotonic() >= deadline:
                events, self._events = self._events, []
                return events

    def send(self, peer: bytes, message: Message) -> bool:
        """Send to a welcomed peer; False when it cannot be reached.

        Then polls hand over what it said before it went, its goodbye above all, and report it Lost.
        """
        problem = self._pass_on(peer, message)
        if problem and problem != _GONE:
            self._lose(peer, problem)
        return not problem

    def offer(self, peer: bytes, message: Message) -> bool:
        """Send to a welcomed peer, but drop the message, and return False, when the peer is behind in reading."""
        return not self._pass_on(peer, message)

    def post(self, peer: bytes, message: Message) -> None:
        """Have the owner's next poll send this; from any thread."""
        self._posted.put((peer, message))
        self._waker.wake()

    def wake(self) -> None:
        """Make a running poll return; from any thread."""
        self._waker.wake()

    def dismiss(self, peer: bytes, reason: str) -> None:
        """Say Bye and forget the peer, without a Lost event; what it still sends is answered by Reject."""
        self._unreachable.discard(peer)
        if self._peers.pop(peer, None) is not None:
            self._transmit(peer, Bye(reason))

    def close(self, reason: str = "shutting down") -> None:
        """Say Bye to everyone and free the port; waits at most 0.2 s for the network. Harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        for peer in tuple(self._peers):
            self.dismiss(peer, reason)
        self._waker.close()
        self._socket.close(200)
        stop_admission(self._context)
        self._context.term()

    def __enter__(self) -> Router:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_batch(self) -> bool:
        """Handle what has arrived, within the limits of a batch; whether nothing is left to be read."""
        size = 0
        for _ in range(_BATCH):
            if not self._socket.poll(0):
                return True
            if size > _BATCH_BYTES:
                return False
            sender, *parts = self._socket.recv_multipart()
            size += sum(map(len, parts))
            self._handle(sender, parts)
        return False

    def _handle(self, sender: bytes, parts: list[bytes]) -> None:
        peer = self._peers.get(sender)
        if peer is not None:
            peer.heard_at = time.monotonic()
        try:
            message = codec.decode(parts)
        except ProtocolError as error:
            self._answer_unreadable(sender, error)
            return
        if isinstance(message, Hello):
            self._meet(sender, message)
        elif peer is None:
            if not isinstance(message, Bye):
                self._reject(sender, Reject("hello-first", f"'{message.kind}' came before a hello; say hello first."))
        elif isinstance(message, Ping):
            self.send(sender, Pong(message.number))
        elif isinstance(message, Bye):
            self._lose(sender, f"said goodbye: {message.reason}" if message.reason else "said goodbye")
        else:
            self._events.append(Received(sender, message))

    def _answer_unreadable(self, sender: bytes, error: ProtocolError) -> None:
        if isinstance(error, codec.VersionRefused):
            self._reject(sender, Reject("protocol", str(error)))
            return
        self.counts.malformed += 1
        code = "unknown-kind" if isinstance(error, codec.UnknownKind) else "malformed"
        if sender in self._peers:
            self.send(sender, Error(getattr(error, "request_id", 0), code, str(error)))
        else:
            self._transmit(sender, Reject("hello-first", f"{error} Say hello first."))

    def _meet(self, sender: bytes, hello: Hello) -> None:
        if sender in self._peers:
            self._lose(sender, "said hello again")
        for other, peer in tuple(self._peers.items()):
            if peer.hello.instance == hello.instance:
                self._lose(other, "connected anew")
        answer = self._full() or hello_refusal(hello, self._roles) or self._greet(hello)
        if isinstance(answer, Reject):
            self._reject(sender, answer)
            return
        welcome = dataclasses.replace(
            answer,
            protocol=VERSION,
            instance=self._instance,
            pid=os.getpid(),
            heartbeat_ms=round(self._heartbeat.interval_s * 1000),
            allowance_ms=round(self._heartbeat.allowance_s * 1000),
        )
        self._peers[sender] = Peer(hello, time.monotonic())
        self._events.append(Joined(sender, hello))
        self.send(sender, welcome)

    def _full(self) -> Reject | None:
        """Asked first: a hello that there is no room for shall not cost the digest of its schema."""
        if len(self._peers) >= self._max_peers:
            return Reject("busy", f"{self._max_peers} peers are connected, which is the limit; try again later.")
        return None

    def _reject(self, sender: bytes, reject: Reject) -> None:
        self.counts.rejected += 1
        self._transmit(sender, reject)

    def _pass_on(self, peer: bytes, message: Message) -> str:
        """Send to a welcomed peer; returns why it failed, or nothing."""
        if peer not in self._peers or peer in self._unreachable:
            return _GONE
        problem = self._transmit(peer, message)
        if problem == _GONE:
            self._unreachable.add(peer)
        return problem

    def _transmit(self, peer: bytes, message: Message) -> str:
        """Send to any routing id; returns why it failed, or nothing."""
        try:
            self._socket.send_multipart([peer, *codec.encode(message)], zmq.NOBLOCK)
        except zmq.Again:
            return "does not read its messages"
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return _GONE
        return ""

    def _lose(self, peer: bytes, reason: str) -> None:
        self._unreachable.discard(peer)
        if self._peers.pop(peer, None) is not None:
            self._events.append(Lost(peer, reason))

    def _forgive_own_absence(self) -> None:
        """Whoever was silent while this process was stopped or asleep may still have said something to be read."""
        now = time.monotonic()
        away_s, self._polled_at = now - self._polled_at, now
        if away_s > self._heartbeat.allowance_s / 2:
            for peer in self._peers.values():
                peer.heard_at += away_s

    def _check_silence(self) -> None:
        latest = time.monotonic() - self._heartbeat.allowance_s
        for peer, state in tuple(self._peers.items()):
            if state.heard_at < latest:
                self._lose(peer, f"was silent for {self._heartbeat.allowance_s:g} s")
