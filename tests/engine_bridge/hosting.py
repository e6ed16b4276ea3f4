"""Engines hosted in threads of the test process, the coordinator's view of them, and jobs to send."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.errors import FaceBridgeError
from engine_bridge.host import run_host
from engine_bridge.host_link import HostLimits, HostReport
from engine_bridge.protocol import Job, Message
from engine_bridge.router import Joined, Received

from .conftest import DEADLINE_S, Bench

SCHEMA = PatternEngine().schema


class GatedEngine(PatternEngine):
    """Waits in render until the test opens the gate."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.gate = threading.Event()

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """Draw once the gate is open."""
        self.entered.set()
        assert self.gate.wait(DEADLINE_S)
        return super().render(parameters, choices, image_px)


class FailingEngine(PatternEngine):
    """Cannot draw anything whose first parameter is above 1, alone or among others."""

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """Draw, or raise."""
        if (parameters[:, 0] > 1).any():
            raise ValueError("the mesh folded over")
        return super().render(parameters, choices, image_px)


class Hosted:
    """A host in a thread, and the coordinator's view of it."""

    def __init__(self, bench: Bench, engine: PatternEngine, limits: HostLimits) -> None:
        self.bench = bench
        self.engine = engine
        self.hung = threading.Event()
        self.stop = threading.Event()
        self.result: HostReport | FaceBridgeError | None = None
        self._limits = limits
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.peer = bench.wait(Joined)[0].peer

    def send(self, message: Message) -> None:
        """Send as the coordinator."""
        self.bench.router.post(self.peer, message)

    def received(self, kind: type[Message], count: int) -> list[Message]:
        """All messages so far, once there are `count` of one kind."""
        total = count
        while True:
            messages = [event.message for event in self.bench.wait(Received, total)]
            if sum(isinstance(message, kind) for message in messages) >= count:
                return messages
            total = len(messages) + 1

    def end(self) -> HostReport | FaceBridgeError:
        """Wait for the host's end; its report, or what it raised."""
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the host did not end"
        assert self.result is not None
        return self.result

    def _run(self) -> None:
        try:
            self.result = run_host(
                self.engine,
                self.bench.address,
                stop=self.stop,
                instance="hosted",
                limits=self._limits,
                on_hang=lambda seconds: self.hung.set(),
            )
        except FaceBridgeError as error:
            self.result = error


def job(request_id: int, *rows: npt.NDArray[np.float32], deadline_ms: int = 20_000, image_px: int = 8) -> Job:
    """A job whose samples are numbered from 100."""
    parameters = np.stack(rows)
    indices = tuple(range(100, 100 + len(rows)))
    return Job(request_id, indices, image_px, deadline_ms, parameters, np.zeros((len(rows), 1), np.uint8))


def changed(index: int, value: float) -> npt.NDArray[np.float32]:
    """The neutral character with one parameter changed."""
    vector = SCHEMA.defaults.copy()
    vector[index] = value
    return vector
