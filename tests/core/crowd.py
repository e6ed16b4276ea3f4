"""Bare clients of a service, many in one thread, that can also say what no proper client says."""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

import zmq

from engine_bridge import codec
from engine_bridge.protocol import Hello, Message, Welcome


class Crowd:
    """`size` connected DEALERs in a context of their own, without heartbeats; greet them with `hello`."""

    def __init__(self, endpoint: str, size: int) -> None:
        self._context: zmq.Context[Any] = zmq.Context()
        self.sockets = [self._context.socket(zmq.DEALER) for _ in range(size)]
        for one in self.sockets:
            one.linger = 0
            one.connect(endpoint)

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.destroy(0)

    def hello(self, deadline_s: float) -> None:
        """Greet all and take their welcomes."""
        for number in range(len(self.sockets)):
            self.send(number, Hello(role="client", software="crowd", instance=f"crowd {number}"))
        for number in range(len(self.sockets)):
            assert isinstance(self.receive(number, deadline_s), Welcome)

    def send(self, number: int, message: Message) -> None:
        """Have one of them say something well formed."""
        self.send_parts(number, [bytes(part) for part in codec.encode(message)])

    def send_parts(self, number: int, parts: list[bytes]) -> None:
        """Have one of them say anything; what does not fit now is left out."""
        try:
            self.sockets[number].send_multipart(parts, zmq.NOBLOCK)
        except zmq.Again:
            pass

    def receive(self, number: int, deadline_s: float) -> Message:
        """The next message to one of them."""
        deadline = time.monotonic() + deadline_s
        while (left := deadline - time.monotonic()) > 0:
            if self.sockets[number].poll(round(left * 1000) + 1):
                return codec.decode(self.sockets[number].recv_multipart())
        raise AssertionError(f"client {number} heard nothing within {deadline_s:g} s")

    def drain(self) -> int:
        """Throw away what came; returns how many messages that were."""
        count = 0
        for one in self.sockets:
            while one.poll(0):
                one.recv_multipart()
                count += 1
        return count


def upload_and_die(endpoint: str, announced: int, sent: int) -> None:
    """Shake hands as ZMTP 3.0 without keys, announce a part of so many bytes, send some of them, and be gone."""
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31))
        received = b""
        while len(received) < 64:
            received += connection.recv(64 - len(received))
        ready = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
        connection.sendall(bytes((4, len(ready))) + ready)
        connection.sendall(b"\x02" + struct.pack(">Q", announced) + bytes(sent))
        # Nothing is said in farewell: a reset, as of a process that was killed.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
