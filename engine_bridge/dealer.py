"""The connecting end of the wire: says hello, keeps the heartbeat, and notices when the other side is gone.

An engine host or a client owns one `Dealer` in one thread and loops over `poll`. Other threads use `wake` only.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import zmq

from engine_bridge import codec
from engine_bridge.errors import DeadlineExceeded, FaceBridgeError, ProtocolError, Refused
from engine_bridge.keys import ClientKeys
from engine_bridge.protocol import Bye, Error, Hello, Message, Ping, Pong, Reject, Welcome
from engine_bridge.transport import ConnectionWatch, SocketLimits, Waker, connect_dealer

_BACKLOG = 4096  # messages that wait for a full socket; credit keeps an honest host far below


class PeerLost(FaceBridgeError):
    """The other side said goodbye or was silent for longer than its allowance."""


class Dealer:
    """A connected DEALER that speaks the protocol. Raises InputError for an unusable address."""

    def __init__(
        self, address: str, hello: Hello, *, keys: ClientKeys | None = None, limits: SocketLimits | None = None
    ) -> None:
        self.address = address
        self.malformed = 0
        self._hello = hello
        self._keyed = keys is not None
        self._context: zmq.Context[Any] = zmq.Context()
        try:
            self._socket = connect_dealer(self._context, address, keys, limits)
        except BaseException:
            self._context.term()
            raise
        self._watch = ConnectionWatch(self._socket)
        self._waker = Waker(self._context)
        self._poller = zmq.Poller()
        self._poller.register(self._waker.socket, zmq.POLLIN)
        self._backlog: deque[list[codec.Buffer]] = deque()
        self._early: list[Message] = []
        self._ending: FaceBridgeError | None = None
        self._welcome: Welcome | None = None
        self._greeting = False
        self._closed = False
        self._heard_at = self._pinged_at = time.monotonic()
        self._pings = 0

    def greet(self, deadline_s: float) -> Welcome:
        """Say hello and wait for the answer.

        Raises Refused with the other side's words, or DeadlineExceeded with the likely cause: nobody listens there,
        the handshake failed for want of keys, or it does not answer.
        """
        deadline = time.monotonic() + deadline_s
        self._say_hello()
        while (remaining := deadline - time.monotonic()) > 0:
            messages = self._exchange(remaining)
            for position, message in enumerate(messages):
                if isinstance(message, Welcome):
                    # The other side may send work with the same breath; the first poll hands it over.
                    self._early = messages[position + 1 :]
                    return message
            if self._ending is not None:
                raise self._ending
        why = self._watch.diagnosis(self.address, keys=self._keyed)
        raise DeadlineExceeded(f"No welcome came within {deadline_s:g} s: {why}.")

    def poll(self, timeout_s: float) -> list[Message]:
        """Wait up to `timeout_s` for messages and return them; [] after the time, or early when woken.

        Pings are sent when due, so call this at least that often. A Welcome among the messages means that the other
        side was replaced and knows nothing of what went before. Raises PeerLost, or Refused.
        """
        if self._welcome is None:
            raise ProtocolError("Say hello with greet() before polling.")
        if self._early:
            early, self._early = self._early, []
            return early
        if self._ending is not None:
            raise self._ending
        interval_s, allowance_s = self._welcome.heartbeat_ms / 1000, self._welcome.allowance_ms / 1000
        now = time.monotonic()
        if now - self._pinged_at >= interval_s and not self._backlog:
            self._pings += 1
            self._pinged_at = now
            self.send(Ping(self._pings))
        due_s = max(0.0, self._pinged_at + interval_s - now)
        messages = self._exchange(min(timeout_s, due_s))
        if self._ending is not None and not messages:
            raise self._ending
        if time.monotonic() - self._heard_at > allowance_s:
            raise PeerLost(f"Nothing was heard from {self.address} for {allowance_s:g} s; it died or is unreachable.")
        return messages

    def send(self, message: Message) -> None:
        """Send, or keep for the next poll while the socket is full. Raises ProtocolError for what cannot be sent."""
        if len(self._backlog) >= _BACKLOG:
            raise PeerLost(f"{self.address} does not read its messages: {_BACKLOG} are waiting.")
        self._backlog.append(codec.encode(message))
        self._flush()

    def wake(self) -> None:
        """Make a running poll return; from any thread."""
        self._waker.wake()

    def close(self, reason: str = "") -> None:
        """Say Bye and close; waits at most 0.2 s for the network. Harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        if self._welcome is not None:
            try:
                self._socket.send_multipart(codec.encode(Bye(reason)), zmq.NOBLOCK)
            except zmq.ZMQError:
                pass  # the other side is gone or does not read; it will notice the closed connection
        self._watch.close()
        self._waker.close()
        self._socket.close(200)
        self._context.term()

    def __enter__(self) -> Dealer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _say_hello(self) -> None:
        self._greeting = True
        self.send(self._hello)

    def _flush(self) -> None:
        while self._backlog:
            try:
                self._socket.send_multipart(self._backlog[0], zmq.NOBLOCK)
            except zmq.Again:
                return
            self._backlog.popleft()

    def _exchange(self, timeout_s: float) -> list[Message]:
        self._poller.register(self._socket, zmq.POLLIN | (zmq.POLLOUT if self._backlog else 0))
        # Rounded up: a wait of 0.4 ms must not become a busy loop of waits of 0.
        self._poller.poll(int(timeout_s * 1000) + 1)
        self._waker.clear()
        self._flush()
        found: list[Message] = []
        while self._ending is None and self._socket.poll(0):
            self._heard_at = time.monotonic()
            try:
                message = self._read(self._socket.recv_multipart())
            except FaceBridgeError as error:
                self._ending = error  # raised once what came before it was handed over
                break
            if message is not None:
                found.append(message)
        return found

    def _read(self, parts: list[bytes]) -> Message | None:
        try:
            message = codec.decode(parts)
        except codec.VersionRefused as error:
            raise Refused(str(error)) from error
        except codec.UnknownKind as error:
            self.malformed += 1
            self.send(Error(error.request_id, "unknown-kind", str(error)))
            return None
        except codec.Malformed as error:
            self.malformed += 1
            if error.request_id:
                self.send(Error(error.request_id, "malformed", str(error)))
            return None
        if isinstance(message, Welcome):
            self._welcome, self._greeting = message, False
        elif isinstance(message, Reject):
            return self._on_reject(message)
        elif isinstance(message, Bye):
            reason = message.reason or "no reason given"
            raise PeerLost(f"{self.address} said goodbye: {reason}.")
        elif isinstance(message, Pong):
            return None
        return message

    def _on_reject(self, reject: Reject) -> None:
        if reject.code != "hello-first":
            raise Refused(f"{self.address} refused: {reject.reason}")
        if not self._greeting:  # several of our messages may each have been answered so
            self._say_hello()
