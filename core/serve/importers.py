"""The importers of a service: started, given the bundles in use, lent a job at a time, started again when they die."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.serve import importer, pipes
from core.serve.defects import DefectElsewhere
from core.serve.event_log import EventLog
from engine_bridge import codec
from engine_bridge.errors import EngineError, FaceBridgeError, ProtocolError
from engine_bridge.process import ChildProcess
from engine_bridge.protocol import Error, Import, Imported

_LOAD_S = 120.0
_NOTICED_S = 1.0  # how soon the death of an idle importer is noticed
_LONGEST_PAUSE_S = 60.0  # between attempts to start one that dies again and again


class ImporterLost(Exception):
    """An importer ended, or had to be ended, amid a job; `crashed` says that it was not killed but fell."""

    def __init__(self, words: str, crashed: bool = False) -> None:
        super().__init__(words)
        self.crashed = crashed


class Importer:
    """One process; whoever has borrowed it is the only one to use it."""

    def __init__(self, device: str = "cpu", module: str = importer.MODULE) -> None:
        """Start it; raises EngineError when no process can be started."""
        self.loaded: dict[str, str] = {}  # name -> digest, "" for what cannot be loaded
        self._child = ChildProcess(module, ["--device", device], answers=True)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child.exit_code() is None

    def load(self, name: str, folder: Path | None, previews: bool) -> str:
        """Have it load a bundle, and return the bundle's digest; raises FaceBridgeError, or ImporterLost."""
        self.loaded[name] = ""
        where = b"" if folder is None else os.fsencode(folder)
        (digest,) = self._ask([b"load", name.encode(), where, b"previews" if previews else b""], _LOAD_S)
        self.loaded[name] = digest.decode()
        return self.loaded[name]

    def drop(self, name: str) -> None:
        """Have it forget a bundle; raises ImporterLost."""
        del self.loaded[name]
        self._ask([b"drop", name.encode()], _LOAD_S)

    def compute(self, name: str, jobs: Sequence[Import], timeout_s: float) -> list[Imported | Error]:
        """The answers to jobs; raises what computing them raised, or ImporterLost, also when it takes too long."""
        parts = pipes.joined([codec.encode(job) for job in jobs])
        decoded = map(codec.decode, pipes.parted(self._ask([b"import", name.encode(), *parts], timeout_s)))
        answers = [answer for answer in decoded if isinstance(answer, Imported | Error)]
        if len(answers) != len(jobs):
            raise ProtocolError(f"An importer gave {len(answers)} answers to {len(jobs)} jobs.")
        return answers

    def close(self) -> None:
        """End it, also amid a job: it has nothing to lose."""
        self._child.kill()

    def end(self) -> None:
        """Have it ended soon; `close` collects it. For others than whoever has borrowed it."""
        self._child.end()

    def _ask(self, parts: Sequence[pipes.Buffer], timeout_s: float) -> list[bytes]:
        late = threading.Event()

        def end() -> None:
            late.set()
            self._child.end()

        # A pipe cannot be waited for with a limit on every system, but a process that hangs can be ended on all.
        watch = threading.Timer(timeout_s, end)
        watch.daemon = True
        watch.start()
        to, back = self._child.streams
        try:
            pipes.write_parts(to, parts)
            answer = pipes.read_parts(back)
        except (OSError, EOFError, ValueError, ProtocolError) as error:
            if not self._child.wait(_NOTICED_S):
                self._child.end()  # it lives but speaks no sense
                self._child.wait(_NOTICED_S)
            if late.is_set():
                raise ImporterLost(f"had no answer within {timeout_s:g} s", crashed=True) from error
            # 9 and 15: somebody else's decision; a segmentation fault could be the photo's doing.
            crashed = self._child.exit_code() not in (0, -9, -15)
            raise ImporterLost(self._child.describe_exit(), crashed) from error
        finally:
            watch.cancel()
        return importer.outcome(answer)


@dataclass
class _Use:
    """A bundle in use: what importers load, and the digest of what the service itself has, once it is known."""

    folder: Path | None
    previews: bool
    digest: str = ""


@dataclass
class _Slot:
    """A place for one importer; `busy` while somebody has borrowed it."""

    number: int
    importer: Importer | None = None
    busy: bool = False
    thread: threading.Thread | None = field(default=None, repr=False)


class Importers:
    """Up to `count` processes; every method may be called from any thread. `start` makes one (for tests)."""

    def __init__(self, count: int, start: Callable[[], Importer], log: EventLog | None = None) -> None:
        self._start, self._log = start, log or EventLog()
        self._changed = threading.Condition()
        self._uses: dict[str, _Use] = {}
        self._numbers = 0
        self._closed = False
        self._slots = [_Slot(number) for number in range(count)]
        for slot in self._slots:
            slot.thread = threading.Thread(target=self._keep, args=(slot,), name=f"importer-{slot.number}", daemon=True)
            slot.thread.start()

    def add(self, folder: Path | None, previews: bool) -> str:
        """Have every importer load a bundle, and return its name here; none is lent for it before `expect`."""
        with self._changed:
            self._numbers += 1
            name = f"{self._numbers}"
            self._uses[name] = _Use(folder, previews)
            self._changed.notify_all()
        return name

    def expect(self, name: str, digest: str) -> None:
        """Lend importers that have loaded the very same bundle: its folder may have been written anew meanwhile."""
        with self._changed:
            self._uses[name].digest = digest

    def remove(self, name: str) -> None:
        """Have every importer forget a bundle. Harmless when repeated."""
        with self._changed:
            self._uses.pop(name, None)
            self._changed.notify_all()

    def ready(self, name: str) -> int:
        """How many importers have the bundle."""
        with self._changed:
            return sum(self._has(slot, name) for slot in self._slots)

    @contextmanager
    def lend(self, name: str) -> Iterator[Importer | None]:
        """An idle importer that has the bundle, or None; it is the caller's until the block ends."""
        with self._changed:
            slot = next((slot for slot in self._slots if not slot.busy and self._has(slot, name)), None)
            if slot is not None:
                slot.busy = True
        try:
            yield None if slot is None else slot.importer
        finally:
            if slot is not None:
                self._free(slot)

    def close(self) -> None:
        """End every importer. Harmless when repeated."""
        with self._changed:
            self._closed = True
            for slot in self._slots:
                if slot.importer is not None:
                    slot.importer.end()
            self._changed.notify_all()
        for slot in self._slots:
            if slot.thread is not None:
                slot.thread.join()

    def _has(self, slot: _Slot, name: str) -> bool:
        use, process = self._uses.get(name), slot.importer
        return use is not None and process is not None and use.digest != "" and process.loaded.get(name) == use.digest

    def _free(self, slot: _Slot) -> None:
        with self._changed:
            slot.busy = False
            self._changed.notify_all()

    def _keep(self, slot: _Slot) -> None:
        """Keep one importer running, with the bundles in use, until the end."""
        pause_s = 0.0
        while self._wait(pause_s):
            began = time.monotonic()
            try:
                slot.importer = self._start()
                self._attend(slot, slot.importer)
            except (ImporterLost, EngineError) as error:
                if not self._closed:
                    self._log.event("importer-lost", number=slot.number, reason=str(error))
            finally:
                with self._changed:
                    process, slot.importer = slot.importer, None
                if process is not None:
                    process.close()
            # One that ran for a while is started again at once, one that falls at once after longer and longer.
            lasted = time.monotonic() - began > _LONGEST_PAUSE_S
            pause_s = 0.0 if lasted else min(_LONGEST_PAUSE_S, max(1.0, 2 * pause_s))

    def _wait(self, pause_s: float) -> bool:
        with self._changed:
            return not self._changed.wait_for(lambda: self._closed, pause_s) if pause_s else not self._closed

    def _attend(self, slot: _Slot, process: Importer) -> None:
        """Load and drop what is due, whenever the importer is idle, until it dies (ImporterLost) or the end."""
        while True:
            with self._changed:
                while not self._closed and (slot.busy or (process.alive and not self._due(process))):
                    self._changed.wait(_NOTICED_S)
                if self._closed:
                    return
                if not process.alive:
                    raise ImporterLost("it is gone")
                name, use = self._due(process)[0]
                slot.busy = True
            try:
                if use is None:
                    process.drop(name)
                else:
                    digest = process.load(name, use.folder, use.previews)
                    same = not use.digest or digest == use.digest
                    self._log.event("importer-ready", number=slot.number, pid=process.pid, same_bundle=same)
            except (FaceBridgeError, MemoryError, DefectElsewhere) as error:  # what it has serves on without this one
                self._log.event("importer-without-bundle", number=slot.number, reason=str(error))
            finally:
                self._free(slot)

    def _due(self, process: Importer) -> list[tuple[str, _Use | None]]:
        loads = [(name, use) for name, use in self._uses.items() if name not in process.loaded]
        return [*((name, None) for name in process.loaded if name not in self._uses), *loads]
