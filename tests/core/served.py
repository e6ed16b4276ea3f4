"""A service that runs in a thread of the test, with answers that the test can hold still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from core.serve import Answerer, EventLog, Service, ServiceLimits, Shelf
from core.serve.record import Meter
from engine_bridge.client import ServiceClient
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.keys import ServerKeys
from engine_bridge.protocol import Compare, Compared, Error, Import, Imported, Progress, Refine, Refined
from engine_bridge.schema import CharacterSchema

SCHEMA = engine_schema("pattern")
DEADLINE_S = 30.0


class HeldAnswers:
    """Takes the photo's first byte for every parameter; b"bad" is no photo, b"crash" a defect. `go` lets it compute."""

    features: tuple[str, ...] = ("several", "refine", "compare")

    def __init__(
        self,
        batch_photos: int = 1,
        bundle: str = "tiny 1",
        schema: CharacterSchema = SCHEMA,
        memory_photos: int = 1000,
        step_s: float = 0.0,
    ) -> None:
        self.schema, self.bundle, self.batch_photos = schema, bundle, batch_photos
        self.memory_photos = memory_photos  # more together are more than memory holds
        self.step_s = step_s  # of a search
        self.batches: list[int] = []
        self.steps: list[int] = []
        self.closed = False
        self.started = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        self.batches.append(len(jobs))
        self.started.release()
        assert self.go.wait(DEADLINE_S) and not self.closed
        if len(jobs) > self.memory_photos:
            raise MemoryError
        for job in jobs:
            photo = bytes(job.photo)
            if photo == b"crash":
                raise RuntimeError("a defect")
            yield Error(job.request_id, "input", "The file is no picture.") if photo == b"bad" else self._found(job)

    def _found(self, job: Import) -> Imported:
        picture = np.full((8, 8, 3), job.photo[0], np.uint8)
        return Imported(
            job.request_id,
            self.schema.hash,
            2,
            ("2 faces were found.",),
            {"align": 1.0},
            bundle=self.bundle,
            parameters=np.full(self.schema.count, job.photo[0] / 100, np.float32),
            choices=self.schema.default_choices,
            aligned=picture if job.pictures else None,
            preview=picture if job.pictures else None,
        )

    def refine(self, job: Refine, tell: Callable[[Progress], None], stop: Callable[[], bool]) -> Refined | Error:
        if not 1 <= job.steps <= 1000:
            raise InputError(f"{job.steps} steps were asked for.")
        self.started.release()
        step = 0
        for step in range(1, job.steps + 1):
            if stop():
                break
            self.steps.append(step)
            tell(Progress(job.request_id, "", step, job.steps, 1.0, 1 / step, 0.0, job.parameters))
            time.sleep(self.step_s)
        return Refined(
            job.request_id, self.schema.hash, "", self.bundle, step, "steps", "imitator", True, 1.0, 0.5, {},
            parameters=job.parameters, choices=job.choices,
        )  # fmt: skip

    def compare(self, job: Compare) -> Compared | Error:
        self.started.release()
        return Compared(job.request_id, "", "imitator", side=np.zeros((4, 8, 3), np.uint8))

    def close(self) -> None:
        self.closed = True


class Served:
    """A service that runs in a thread until the block ends; `answers` are its only bundle, or `sources` do it."""

    def __init__(
        self,
        answers: Answerer | None = None,
        limits: ServiceLimits | None = None,
        keys: ServerKeys | None = None,
        *,
        sources: Mapping[str, Callable[[], Answerer]] | None = None,
        log: EventLog | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.answers = answers
        self.shelf = Shelf(sources or {"tiny": lambda: answers or HeldAnswers()})
        self.service = Service("tcp://127.0.0.1:0", limits=limits, keys=keys, log=log, meter=meter)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.service.run, args=(self.shelf, self.stop.is_set), daemon=True)

    def client(self) -> ServiceClient:
        return ServiceClient(self.service.endpoint)

    def ended(self) -> bool:
        self.thread.join(DEADLINE_S)
        return not self.thread.is_alive()

    def __enter__(self) -> Served:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self.answers, HeldAnswers):
            self.answers.go.set()
        self.stop.set()
        assert self.ended()
        self.service.close()
        self.shelf.close()


def wait_until_computing(served: Served) -> None:
    assert isinstance(served.answers, HeldAnswers)
    assert served.answers.started.acquire(timeout=DEADLINE_S)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)
