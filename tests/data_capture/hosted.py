"""Engines with faults, hosted behind the wire in threads of the test process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

import numpy as np
import numpy.typing as npt

from engine_bridge.dealer import Dealer
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import FaceBridgeError
from engine_bridge.host import run_host
from engine_bridge.keys import ClientKeys
from engine_bridge.protocol import Credit, Frame, Hello, Job, Message, sample_digest

Images = npt.NDArray[np.uint8]


class FaultyEngine(PatternEngine):
    """The pattern engine, whose pictures pass through `fault(call number, images)` on their way out."""

    def __init__(self, fault: Callable[[int, Images], Images], version: str = "1") -> None:
        super().__init__()
        self.version = version
        self._fault = fault
        self._calls = 0

    def render(self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int) -> Images:
        """Draw, then spoil."""
        self._calls += 1
        return self._fault(self._calls, super().render(parameters, choices, image_px))


def nothing(call: int, images: Images) -> Images:
    """No fault at all."""
    return images


class Hosted:
    """Hosts engines in threads, all connecting to the address that a capture announces; use as a context manager.

    `errors` holds what ended a host in words, such as a refusal.
    """

    def __init__(self, *engines: PatternEngine, keys: ClientKeys | None = None) -> None:
        self._engines = engines
        self._keys = keys
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.errors: list[FaceBridgeError] = []

    def __call__(self, address: str) -> None:
        """Start the hosts; fits the `listening` argument of `capture`."""
        for engine in self._engines:
            thread = threading.Thread(target=self._host, args=(engine, address), daemon=True)
            thread.start()
            self._threads.append(thread)

    def __enter__(self) -> Hosted:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), "a hosted engine did not stop within 20 s"

    def _host(self, engine: PatternEngine, address: str) -> None:
        try:
            run_host(engine, address, keys=self._keys, stop=self._stop)
        except FaceBridgeError as error:
            self.errors.append(error)


class ScriptedWorker:
    """A worker whose answers a test writes itself: `answer(frame number, frame)` gives the messages to send for it."""

    def __init__(self, answer: Callable[[int, Frame], list[Message]]) -> None:
        self._answer = answer
        self._thread: threading.Thread | None = None

    def __call__(self, address: str) -> None:
        """Start; fits the `listening` argument of `capture`."""
        self._thread = threading.Thread(target=self._run, args=(address,), daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for its end, which the capture's goodbye brings."""
        assert self._thread is not None
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _run(self, address: str) -> None:
        engine = PatternEngine()
        schema = engine.schema
        hello = Hello(
            role="engine",
            instance="scripted",
            engine="pattern",
            engine_version="1",
            schema_hash=schema.hash,
            credit=1,
            max_image_px=64,
            max_job_samples=2,
            schema=schema.to_json(),
        )
        number = 0
        deadline = time.monotonic() + 60
        with Dealer(address, hello) as dealer:
            try:
                dealer.greet(10)
                while time.monotonic() < deadline:
                    for job in dealer.poll(0.2):
                        if not isinstance(job, Job):
                            continue
                        images = engine.render(job.parameters, job.choices, job.image_px)
                        for row, index in enumerate(job.indices):
                            digest = sample_digest(job.parameters[row], job.choices[row])
                            number += 1
                            for message in self._answer(number, Frame(job.request_id, index, digest, 1.0, images[row])):
                                dealer.send(message)
                        dealer.send(Credit(1))
            except FaceBridgeError:
                return  # the coordinator said goodbye
