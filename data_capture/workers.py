"""The engine processes a capture starts itself: their restarts, and when to give up on them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from engine_bridge.process import EngineProcess

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
# Three starts without a single frame: a missing driver does not come back, a full GPU sometimes does.
STARTS_BEFORE_GIVING_UP = 3


def available_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Slot:
    process: EngineProcess | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    greeted: bool = False
    fruitless: int = 0  # starts in a row that brought no frame


@dataclass
class WorkerPool:
    """Keeps `workers` engine processes running: restarts the dead with growing delays, retires hopeless slots.

    Call `tick` often; it hardly ever waits. A process is known by its `instance`, which its hello repeats; `greeted`
    and `delivered` tell the pool what the farm saw of it. Raises EngineError when no process can be started at all.
    """

    engine: str
    address: str
    workers: int
    start_timeout_s: float
    deaths: int = 0
    last_words: str = ""
    _slots: list[_Slot] = field(default_factory=list[_Slot])

    def __post_init__(self) -> None:
        self._threads = max(1, available_cores() // max(1, self.workers))
        self._slots = [_Slot() for _ in range(self.workers)]

    def tick(self) -> list[str]:
        """Start what is due, and return the instances of workers that died since the last call."""
        now = time.monotonic()
        dead: list[str] = []
        for slot in self._slots:
            process = slot.process
            if process is None:
                if slot.fruitless < STARTS_BEFORE_GIVING_UP and now >= slot.start_at:
                    slot.process = EngineProcess(self.engine, self.address, threads=self._threads)
                    slot.started_at, slot.greeted = now, False
            elif process.exit_code() is not None:
                dead.append(self._bury(slot, process, process.describe_exit()))
            elif not slot.greeted and now - slot.started_at > self.start_timeout_s:
                process.kill()
                dead.append(self._bury(slot, process, f"said no hello within {self.start_timeout_s:g} s"))
        return dead

    def owns(self, instance: str) -> bool:
        """Whether a process of this pool states that instance."""
        return self._find(instance) is not None

    def greeted(self, instance: str) -> None:
        """The worker said hello: it is no longer starting."""
        slot = self._find(instance)
        if slot is not None:
            slot.greeted = True

    def delivered(self, instance: str) -> None:
        """The worker brought a good frame: its slot is not hopeless."""
        slot = self._find(instance)
        if slot is not None:
            slot.fruitless = 0

    def kill(self, instance: str) -> None:
        """End a worker that hangs or is lost; the next `tick` reports it dead."""
        slot = self._find(instance)
        if slot is not None and slot.process is not None:
            slot.process.kill()

    @property
    def hopeless(self) -> bool:
        """Whether every slot is retired."""
        return self.workers > 0 and all(slot.fruitless >= STARTS_BEFORE_GIVING_UP for slot in self._slots)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run."""
        return tuple(slot.process.pid for slot in self._slots if slot.process is not None)

    def stop(self, grace_s: float) -> None:
        """End all workers, giving them `grace_s` together to leave by themselves."""
        deadline = time.monotonic() + grace_s
        for slot in self._slots:
            if slot.process is not None:
                slot.process.wait(max(0.0, deadline - time.monotonic()))
        for slot in self._slots:
            if slot.process is not None:
                slot.process.close(0.5)
                slot.process = None

    def _bury(self, slot: _Slot, process: EngineProcess, words: str) -> str:
        process.close()  # it is dead; this frees its pipes
        self.last_words = words
        self.deaths += 1
        slot.process = None
        slot.fruitless += 1
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (slot.fruitless - 1))
        slot.start_at = time.monotonic() + delay_s
        return process.instance

    def _find(self, instance: str) -> _Slot | None:
        for slot in self._slots:
            if slot.process is not None and slot.process.instance == instance:
                return slot
        return None
