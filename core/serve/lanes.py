"""The threads that compute: they take batches from the desk, have them answered, and hand over each answer at once.

Photos live in memory only, from the socket to the networks; nothing of them is written anywhere.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from core.serve.answerer import Answerer
from core.serve.defects import out_of_memory, type_name, where
from core.serve.desk import Batch, Desk
from core.serve.record import Record
from core.serve.request import LANES, Lane, Request
from core.serve.shelf import Shelf
from engine_bridge.errors import FaceBridgeError
from engine_bridge.protocol import Compare, Compared, Error, Import, Imported, Message, Progress, Refine, Refined

_GROWS_AFTER = 100
"""Batches without a shortage of memory after which the batch may be twice as large again."""

Deliver = Callable[[Request, Message, int], None]


class Lanes:
    """Threads of each lane. `deliver` gets each answer with the photos of its batch, `tell` each Progress."""

    def __init__(
        self,
        desk: Desk,
        shelf: Shelf,
        record: Record,
        *,
        threads: Mapping[Lane, int],
        most_photos: int,
        deliver: Deliver,
        tell: Callable[[Request, Progress], None],
    ) -> None:
        self._desk, self._shelf, self._record = desk, shelf, record
        self._deliver, self._tell = deliver, tell
        self._most_photos = most_photos
        self._room = most_photos  # photos that memory was last seen to hold
        self._since_shortage = 0
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"{lane}-{number}", daemon=True)
            for lane in LANES
            for number in range(threads.get(lane, 1))
        ]

    def start(self) -> None:
        """Begin to take requests."""
        for thread in self._threads:
            thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait until the threads have seen that the desk is closed; a photo amid its networks ends in its own time."""
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self, lane: Lane) -> None:
        while (batch := self._desk.take(lane, self._most)) is not None:
            try:
                self._batch(batch)
            finally:
                self._desk.done(batch)

    def _most(self, request: Request) -> int:
        return max(1, min(self._most_photos, self._room, self._shelf.batch_photos(request.job.bundle)))

    def _batch(self, batch: Batch) -> None:
        wanted = [request for request in batch.requests if self._desk.wanted(request)]
        if not wanted:
            return
        photos = sum(request.photos for request in wanted)
        if self._record.meter is not None:
            self._record.meter.batch(batch.lane, photos)
        deliver = partial(self._answer, photos=photos, started_at=batch.started_at)
        with self._shelf.lend(wanted[0].job.bundle) as answerer:
            if batch.lane == "imports":
                well = self._imports(answerer, wanted, deliver)
            else:
                well = self._single(answerer, wanted[0], deliver)
        if well:
            self._desk.forecast.note(wanted, time.monotonic() - batch.started_at)
            self._grow()

    def _imports(
        self, answerer: Answerer, requests: Sequence[Request], deliver: Callable[[Request, Message], None]
    ) -> bool:
        """Answer these together; whether nothing went wrong."""
        left = list(requests)
        try:
            jobs = [request.job for request in requests if isinstance(request.job, Import)]
            for request, answer in zip(requests, answerer.imports(jobs), strict=True):
                deliver(request, answer)
                left.remove(request)
        except Exception as error:
            short = out_of_memory(error)
            if len(left) > 1:
                # Memory that many photos lack, or a defect that one of them meets, must not cost the others.
                half = len(left) // 2 if short else 1
                if short:
                    self._shrink(half)
                for start in range(0, len(left), half):
                    self._imports(answerer, left[start : start + half], deliver)
            elif left:
                deliver(left[0], self._failure(left[0], error))
            return False
        return True

    def _single(self, answerer: Answerer, request: Request, deliver: Callable[[Request, Message], None]) -> bool:
        """Answer a search or a comparison; whether nothing went wrong."""
        job = request.job
        try:
            if isinstance(job, Refine):
                digest = hashlib.sha256(job.photo).hexdigest()

                def tell(progress: Progress) -> None:
                    self._tell(request, dataclasses.replace(progress, request_id=job.request_id, digest=digest))

                deliver(request, answerer.refine(job, tell, lambda: not self._desk.wanted(request)))
            else:
                assert isinstance(job, Compare)
                deliver(request, answerer.compare(job))
        except Exception as error:
            deliver(request, self._failure(request, error))
            return False
        return True

    def _answer(self, request: Request, message: Message, *, photos: int, started_at: float) -> None:
        if (
            not isinstance(message, Imported | Refined | Compared | Error)
            or message.request_id != request.job.request_id
        ):
            raise RuntimeError(f"request {request.job.request_id} was answered by something else")
        if isinstance(message, Imported | Refined):
            waited_ms = (started_at - request.received_at) * 1000
            message = dataclasses.replace(message, timings_ms={"queue": waited_ms, **message.timings_ms})
        if not isinstance(message, Error) and not message.digest:
            message = dataclasses.replace(message, digest=hashlib.sha256(request.job.photo).hexdigest())
        self._deliver(request, message, photos)

    def _failure(self, request: Request, error: Exception) -> Error:
        """What the client hears; the operator sees where it was, but no words that could quote a photo."""
        number = request.job.request_id
        if out_of_memory(error):
            _release_memory()
            self._record.log.event("out-of-memory", request=number, bytes=request.size)
            words = "This machine has not enough free memory for this photo alone; try again later, or send it smaller."
            return Error(number, "busy", words)
        if isinstance(error, FaceBridgeError):
            return Error(number, "input", str(error))
        self._record.log.event("defect", request=number, error=type_name(error), where=where(error))
        words = f"The service failed on this photo ({type_name(error)}: {error}); see its log."
        return Error(number, "internal", words)

    def _shrink(self, photos: int) -> None:
        _release_memory()
        self._room, self._since_shortage = photos, 0
        self._record.log.event("out-of-memory", photos_together=photos)

    def _grow(self) -> None:
        self._since_shortage += 1
        if self._room < self._most_photos and self._since_shortage >= _GROWS_AFTER:
            self._room, self._since_shortage = min(self._most_photos, 2 * self._room), 0


def _release_memory() -> None:
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
