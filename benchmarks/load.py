"""What the benchmarks of the service share: its process, photos of two sizes, and many bare clients in one thread."""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from import_latency import percentile, synthetic_photo
from PIL import Image

from core import threads
from core.cli.serve import READY
from engine_bridge import codec
from engine_bridge.errors import EngineError
from engine_bridge.protocol import Error, Hello, Import, Imported, Message, Ping, Welcome

START_S = 120.0
_PING_S = 1.0


@dataclass
class Running:
    """A service of its own process: where it listens, and how long it took from the command to ready."""

    address: str
    process: subprocess.Popen[str]
    start_s: float

    def memory_mb(self) -> float:
        """Resident memory now of the service and its importers, in MB; what they share, such as torch's code, counts in
        each. 0 where the system does not say."""
        return sum(_resident_kb(pid) for pid in (self.process.pid, *_children(self.process.pid))) / 1000


def _resident_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def _children(pid: int) -> list[int]:
    try:
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for text in lists for child in text.split()]


@contextmanager
def service(*arguments: str) -> Iterator[Running]:
    """`facebridge serve` on a free port, until the block ends."""
    command = [sys.executable, "-m", "core.cli", "serve", "--bind", "tcp://127.0.0.1:0", "--log", "off", *arguments]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(READY):
            raise EngineError(f"The service did not start: {line.strip() or 'its words are above'}.")
        yield Running(line.removeprefix(READY).strip(), process, time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def photos() -> dict[str, bytes]:
    """JPEGs of 12 and of 1 megapixels with one face, which fills the same share of both."""
    large = synthetic_photo()
    picture = Image.open(io.BytesIO(large))
    buffer = io.BytesIO()
    picture.resize((1155, 866), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=92)
    return {"12 MP": large, "1 MP": buffer.getvalue()}


def load_answers() -> Callable[[bytes], bytes]:
    """Photo -> the bytes of its answer, by the bundle that ships."""
    threads.configure(1)
    from core.serve.answers import Answers

    answers = Answers.load()

    def answer(photo: bytes) -> bytes:
        (found,) = answers.imports([Import(1, "", 60_000, True, photo)])
        assert isinstance(found, Imported)
        return b"".join(bytes(part) for part in codec.encode(found))

    return answer


@dataclass
class Outcome:
    """What became of the requests of one run: latencies in ms of those that were imported (and when, on the monotonic
    clock) and refused; the first words and the count of other errors, by code; and how long requests were sent."""

    imported_ms: list[float] = field(default_factory=list[float])
    imported_at: list[float] = field(default_factory=list[float])
    refused_ms: list[float] = field(default_factory=list[float])
    words: dict[str, str] = field(default_factory=dict[str, str])
    others: dict[str, int] = field(default_factory=dict[str, int])
    sent: int = 0
    began: float = 0.0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Photos imported within the time of sending; what was answered after it counts for latency only."""
        in_time = sum(at <= self.began + self.seconds for at in self.imported_at)
        return in_time / self.seconds if self.seconds else 0.0

    def row(self) -> str:
        """p50, p95 and photos a second, for a table."""
        if not self.imported_ms:
            return f"{'-':>8} {'-':>8} {'0':>9}"
        p50, p95 = percentile(self.imported_ms, 50), percentile(self.imported_ms, 95)
        return f"{p50:>8.0f} {p95:>8.0f} {self.per_second:>9.1f}"


class Clients:
    """`count` greeted clients on one thread; `photo` is what all of them send, with a few bytes of their own after it,
    so that every answer's digest is checked against its own request."""

    def __init__(self, address: str, count: int, photo: bytes, deadline_s: float) -> None:
        self._context: zmq.Context[Any] = zmq.Context()
        self._poller = zmq.Poller()
        self._photo, self._deadline_s = photo, deadline_s
        self._sockets: list[zmq.Socket[bytes]] = []
        self._open: dict[tuple[int, int], float] = {}
        self._numbers = [0] * count
        self._pinged_at = 0.0
        self.outcome = Outcome()
        for number in range(count):
            socket: zmq.Socket[bytes] = self._context.socket(zmq.DEALER)
            socket.linger = 0
            socket.connect(address)
            self._sockets.append(socket)
            self._poller.register(socket, zmq.POLLIN)
            self._send(number, Hello(role="client", instance=f"{random.getrandbits(64):x}"))
        for socket in self._sockets:
            if not socket.poll(30_000) or not isinstance(codec.decode(socket.recv_multipart()), Welcome):
                raise EngineError("A client was not welcomed within 30 s.")

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.destroy(0)

    def busy_loop(self, seconds: float) -> Outcome:
        """Each client sends its next photo as soon as the last is answered."""
        return self._run(seconds, lambda now: [n for n in range(len(self._sockets)) if not self._waits(n)])

    def offered(self, per_second: float, seconds: float, then: Callable[[], None]) -> Outcome:
        """The clients in turn send so many photos a second, whatever was answered; `then` is called after the last."""
        began, sent = time.monotonic(), 0

        def due(now: float) -> list[int]:
            nonlocal sent
            wanted = int((now - began) * per_second)
            turns = [turn % len(self._sockets) for turn in range(sent, wanted)]
            sent = max(sent, wanted)
            return turns

        return self._run(seconds, due, then)

    def one_ms(self) -> float:
        """Send the first client's next photo: the milliseconds until it is imported; EngineError when it is not."""
        self.outcome = Outcome()
        self._ask(0)
        until = time.monotonic() + self._deadline_s
        while self._open and (now := time.monotonic()) < until:
            self._listen(0.05, now)
        if not self.outcome.imported_ms:
            raise EngineError(f"A photo was not imported: {self.outcome.words or 'no answer came'}.")
        return self.outcome.imported_ms[0]

    def _waits(self, number: int) -> bool:
        return (number, self._numbers[number]) in self._open

    def _run(
        self, seconds: float, due: Callable[[float], Sequence[int]], then: Callable[[], None] = lambda: None
    ) -> Outcome:
        began = time.monotonic()
        self.outcome = Outcome(began=began)
        while (now := time.monotonic()) < began + seconds:
            for number in due(now):
                self._ask(number)
            self._listen(0.005, now)
        self.outcome.seconds = time.monotonic() - began
        then()
        until = time.monotonic() + self._deadline_s + 2
        while self._open and (now := time.monotonic()) < until:
            self._listen(0.05, now)
        if self._open:
            self.outcome.others["no answer"] = len(self._open)
            self._open.clear()
        return self.outcome

    def _ask(self, number: int) -> None:
        self._numbers[number] += 1
        request_id = self._numbers[number]
        photo = self._photo + number.to_bytes(4, "big") + request_id.to_bytes(4, "big")
        self._open[number, request_id] = time.monotonic()
        self.outcome.sent += 1
        self._send(number, Import(request_id, "", round(self._deadline_s * 1000), True, photo))

    def _send(self, number: int, message: Message) -> None:
        self._sockets[number].send_multipart(codec.encode(message))

    def _listen(self, timeout_s: float, now: float) -> None:
        if now - self._pinged_at > _PING_S:
            self._pinged_at = now
            for number in range(len(self._sockets)):
                self._send(number, Ping(1))
        ready = dict(self._poller.poll(round(timeout_s * 1000)))
        for number, socket in enumerate(self._sockets):
            if socket not in ready:
                continue
            while socket.poll(0):
                self._take(number, codec.decode(socket.recv_multipart()))

    def _take(self, number: int, message: Message) -> None:
        if not isinstance(message, Imported | Error):
            return
        asked_at = self._open.pop((number, message.request_id), None)
        if asked_at is None:
            raise EngineError(f"An answer to request {message.request_id} came that client {number} never sent.")
        elapsed_ms = (time.monotonic() - asked_at) * 1000
        if isinstance(message, Imported):
            self._check_digest(number, message)
            self.outcome.imported_ms.append(elapsed_ms)
            self.outcome.imported_at.append(time.monotonic())
            return
        self.outcome.words.setdefault(message.code, message.message)
        if message.code == "busy":
            self.outcome.refused_ms.append(elapsed_ms)
        else:
            self.outcome.others[message.code] = self.outcome.others.get(message.code, 0) + 1

    def _check_digest(self, number: int, message: Imported) -> None:
        mine = self._photo + number.to_bytes(4, "big") + message.request_id.to_bytes(4, "big")
        if message.digest != hashlib.sha256(mine).hexdigest():
            raise EngineError(f"Client {number} was sent the answer to another photo.")
