"""Faults that take too long for the tests, against a real service: what it answers meanwhile, and its memory.

    python benchmarks/serve_faults.py [--fuzzed 100000] [--silent 1000] [--stopped 30]

Mangled messages, clients that connect and say nothing, clients killed amid an upload, and a service that is held still
(POSIX). After each, a proper client imports a photo and the same parameters must come back.
"""

from __future__ import annotations

import argparse
import random
import signal
import socket
import struct
import sys
import time
from typing import Any

import numpy as np
import zmq
from import_latency import machine
from load import Running, photos, service

from engine_bridge import codec
from engine_bridge.client import ServiceClient
from engine_bridge.errors import EngineError, FaceBridgeError
from engine_bridge.protocol import Cancel, Compare, Hello, Import, Message, Ping, Refine
from engine_bridge.schema import CharacterSchema

_UPLOADS = 200


def main() -> int:
    """Run each fault and print one line for it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--fuzzed", type=int, default=100_000, help="mangled messages (default: 100000)")
    parser.add_argument("--silent", type=int, default=1_000, help="clients that say nothing (default: 1000)")
    parser.add_argument("--stopped", type=float, default=30.0, help="seconds that it is held still (default: 30)")
    args = parser.parse_args()
    _many_files()
    print(machine())
    photo = photos()["1 MP"]
    with service() as running:
        with ServiceClient(running.address) as client:
            expected = client.import_photo(photo, deadline_s=60).parameters
            schema = client.hello().schema
        print(f"{'fault':<44} {'then, ms':>9} {'memory MB':>10}")

        def report(name: str) -> None:
            started = time.monotonic()
            with ServiceClient(running.address) as client:
                found = client.import_photo(photo, deadline_s=60).parameters
            if not np.array_equal(found, expected):
                raise EngineError(f"After {name} the same photo has other parameters.")
            print(f"{name:<44} {(time.monotonic() - started) * 1000:>9.0f} {running.memory_mb():>10.0f}", flush=True)

        report("none")
        silent = [_connection(running) for _ in range(args.silent)]
        report(f"{args.silent} clients that say nothing")
        for one in silent:
            one.close()
        for _ in range(_UPLOADS):
            _die_uploading(running)
        report(f"{_UPLOADS} clients killed amid an upload")
        _fuzz(running, schema, photo, args.fuzzed)
        report(f"{args.fuzzed} mangled messages")
        if sys.platform != "win32":
            print(_hold(running, photo, args.stopped))
            report(f"held still for {args.stopped:g} s")
    return 0


def _connection(running: Running) -> socket.socket:
    host, _, port = running.address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def _die_uploading(running: Running) -> None:
    """Shake hands as ZMTP 3.0, announce a photo of 20 MiB, send one MiB, and be gone."""
    with _connection(running) as connection:
        connection.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31))
        received = b""
        while len(received) < 64:
            received += connection.recv(64 - len(received))
        ready = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
        connection.sendall(bytes((4, len(ready))) + ready + b"\x02" + struct.pack(">Q", 20 << 20) + bytes(1 << 20))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _fuzz(running: Running, schema: CharacterSchema, photo: bytes, count: int) -> None:
    rng = random.Random(0)
    numbers = schema.defaults, schema.default_choices
    honest: list[Message] = [
        Hello(role="client", instance="fuzz"),
        Ping(1),
        Import(1, "slot", 500, True, photo[:20_000], lengths=(10_000, 10_000), locked=("nose",), current=numbers[0]),
        Refine(2, "slot", 500, True, photo=photo[:5_000], parameters=numbers[0], choices=numbers[1]),
        Compare(3, 500, ("side",), photo=photo[:5_000], parameters=numbers[0], choices=numbers[1]),
        Cancel(1),
    ]
    encoded = [[bytes(part) for part in codec.encode(message)] for message in honest]
    context: zmq.Context[Any] = zmq.Context()
    try:
        sockets = [context.socket(zmq.DEALER) for _ in range(8)]
        for one in sockets:
            one.linger = 0
            one.connect(running.address)
        for number in range(count):
            one = sockets[number % len(sockets)]
            if number % 50 < len(sockets):  # greeted again and again, for mangled goodbyes and greetings lose them
                one.send_multipart(encoded[0])
            one.send_multipart(_mangled(rng.choice(encoded), rng))
            while one.poll(0):
                one.recv_multipart()
            if running.process.poll() is not None:
                raise EngineError(f"The service ended after {number} mangled messages.")
        time.sleep(2.0)  # what was sent last is read
    finally:
        context.destroy(0)


def _mangled(parts: list[bytes], rng: random.Random) -> list[bytes]:
    parts = list(parts)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(parts))
        part = bytearray(parts[place])
        match rng.randrange(6):
            case 0 if part:
                part[rng.randrange(len(part))] = rng.randrange(256)
            case 1:
                del part[rng.randrange(len(part) + 1) :]
            case 2:
                part[rng.randrange(len(part) + 1) :] = rng.randbytes(rng.randrange(20))
            case 3 if len(parts) > 1:
                del parts[place]
                continue
            case 4:
                parts.insert(place, bytes(part))
                continue
            case _:
                rng.shuffle(parts)
                continue
        parts[place] = bytes(part)
    return parts


def _hold(running: Running, photo: bytes, seconds: float) -> str:
    """Hold the service still under a client that waits, and say what the client heard."""
    with ServiceClient(running.address) as client:
        client.hello()
        running.process.send_signal(signal.SIGSTOP)
        try:
            _, future = client.submit(photo, deadline_s=seconds + 30)
            time.sleep(seconds)
        finally:
            running.process.send_signal(signal.SIGCONT)
        try:
            future.result(60)
            return "a client that waited meanwhile: answered"
        except FaceBridgeError as error:
            return f"a client that waited meanwhile: {type(error).__name__}: {error}"


def _many_files() -> None:
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > 0 else 65536, hard))


if __name__ == "__main__":
    sys.exit(main())
