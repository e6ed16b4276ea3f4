"""The socket side of an engine host: takes jobs, enforces their deadlines, and sends frames, in a thread of its own."""

from __future__ import annotations

import os
import queue
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.dealer import Dealer, PeerLost
from engine_bridge.engines import Engine, engine_features
from engine_bridge.errors import EngineError, FaceBridgeError, InputError, Refused, SchemaError
from engine_bridge.keys import ClientKeys
from engine_bridge.protocol import (
    MAX_TRUTH_PX,
    Credit,
    Drain,
    Error,
    Fail,
    Frame,
    Hello,
    Job,
    Message,
    Welcome,
    sample_digest,
    software,
)
from engine_bridge.scene import Scene, require_features
from engine_bridge.transport import ENGINE_LIMITS
from engine_bridge.truth import TruthMap, truth_fault

Drawn = tuple[npt.NDArray[np.uint8], Mapping[str, TruthMap]]
"""One sample's picture (H, W, 3) and its truth by channel."""

_POLL_S = 0.25  # how soon a passed deadline or a stop is noticed


@dataclass(frozen=True)
class HostReport:
    """Why a host ended in good order, and what it did."""

    reason: str
    frames: int
    fails: int
    late: int  # finished after their deadline or for a coordinator that is gone, and therefore not sent


@dataclass(frozen=True)
class HostLimits:
    """What an engine offers in its Hello, and how long a render may overrun its job's deadline.

    A credit of 2 keeps the engine busy while the previous job's frames are on their way.
    """

    credit: int = 2
    max_image_px: int = 2048
    max_job_samples: int = 256
    welcome_s: float = 30.0
    hang_s: float = 30.0


@dataclass(eq=False)
class Work:
    """One accepted job. The link thread sets `abandoned`; the render thread only reads it."""

    job: Job
    due_at: float  # monotonic
    remaining: set[int]  # rows without an answer
    scene: Scene
    parameters: npt.NDArray[np.float32] = field(init=False)  # (N, P), filled by Link.checked
    choices: npt.NDArray[np.uint8] = field(init=False)  # (N, C)
    abandoned: bool = False


class Link:
    """Speaks for one engine. `work` and the methods below are for the render thread; the socket is not."""

    def __init__(
        self,
        engine: Engine,
        connect: str,
        *,
        keys: ClientKeys | None,
        instance: str | None,
        limits: HostLimits,
        on_hang: Callable[[float], None] | None,
    ) -> None:
        self._name = engine.name
        self._schema = engine.schema
        self._features = engine_features(engine)
        self._limits = limits
        self._on_hang = on_hang
        hello = Hello(
            role="engine",
            software=software(),
            instance=instance or secrets.token_hex(8),
            pid=os.getpid(),
            engine=engine.name,
            engine_version=engine.version,
            renderer=engine.renderer,
            schema_hash=engine.schema.hash,
            credit=limits.credit,
            max_image_px=limits.max_image_px,
            max_job_samples=limits.max_job_samples,
            features=self._features,
            schema=engine.schema.to_json(),
        )
        self._dealer = Dealer(connect, hello, keys=keys, limits=ENGINE_LIMITS)
        self._thread = threading.Thread(target=self._run, name="engine-link", daemon=True)
        self._outbox: queue.SimpleQueue[tuple[Work, int, Message] | Work] = queue.SimpleQueue()
        self._held: list[Work] = []
        self._draining = False
        self._closing = threading.Event()
        self._reason = ""
        self._error: FaceBridgeError | None = None
        self._frames = self._fails = self._late = 0
        self.work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self.ended = threading.Event()

    def start(self) -> None:
        """Greet the coordinator and start the thread; raises Refused or DeadlineExceeded."""
        self._dealer.greet(self._limits.welcome_s)
        self._thread.start()

    def checked(self, work: Work) -> list[int]:
        """Rows of the job whose values the schema accepts; the others are failed, naming the parameter."""
        good: list[int] = []
        work.parameters, work.choices = work.job.parameters.copy(), work.job.choices.copy()
        for row in range(len(work.job.indices)):
            try:
                work.parameters[row] = self._schema.check(work.job.parameters[row])
                self._schema.check_choices(work.job.choices[row])
            except SchemaError as error:
                self.fail(work, row, "parameters", str(error))
            else:
                good.append(row)
        return good

    def frame(
        self, work: Work, row: int, image: npt.NDArray[np.uint8], render_ms: float, truth: Mapping[str, TruthMap]
    ) -> None:
        """Send one rendered sample, with the truth that its job asked for."""
        job = work.job
        size = (job.image_px, job.image_px, 3)
        if image.shape != size or image.dtype != np.uint8:
            self.fail(work, row, "engine", f"The engine drew {image.dtype} {image.shape}; uint8 {size} was asked for.")
            return
        for channel in job.truth:
            fault = truth_fault(channel, truth.get(channel), job.image_px)
            if fault:
                self.fail(work, row, "engine", fault)
                return
        digest = sample_digest(job.parameters[row], job.choices[row])
        arrays: dict[str, Any] = {channel: truth[channel] for channel in job.truth}
        self._put(work, row, Frame(job.request_id, job.indices[row], digest, render_ms, image, **arrays))

    def fail(self, work: Work, row: int, code: str, reason: str) -> None:
        """Say that one sample will not come."""
        self._put(work, row, Fail(work.job.request_id, work.job.indices[row], code, reason))

    def finish(self, work: Work) -> None:
        """The engine is done with a job, abandoned or not: its credit goes back."""
        self._outbox.put(work)
        self._dealer.wake()

    def report(self) -> HostReport:
        """What happened; raises what ended the link if that was an error."""
        if self._error is not None:
            raise self._error
        return HostReport(self._reason or "stopped", self._frames, self._fails, self._late)

    def close(self, reason: str) -> None:
        """Stop the thread and close the socket."""
        self._reason = self._reason or reason
        self._closing.set()
        if self._thread.ident is not None:
            self._dealer.wake()
            self._thread.join()
        self._dealer.close(self._reason)

    def _put(self, work: Work, row: int, message: Message) -> None:
        self._outbox.put((work, row, message))
        self._dealer.wake()

    def _run(self) -> None:
        try:
            while not self._closing.is_set() and not (self._draining and not self._held):
                for message in self._dealer.poll(_POLL_S):
                    self._take(message)
                self._send_finished()
                self._check_deadlines()
            if self._draining and not self._held:
                self._reason = "drained"
            self._send_finished()
        except PeerLost as error:
            # A goodbye is the normal end of a capture; silence is not.
            if "said goodbye" in str(error):
                self._reason = str(error)
            else:
                self._error = error
        except FaceBridgeError as error:
            self._error = error
        finally:
            self.ended.set()

    def _take(self, message: Message) -> None:
        if isinstance(message, Job):
            self._accept(message)
        elif isinstance(message, Drain):
            self._draining = True
        elif isinstance(message, Welcome):
            for work in self._held:  # a new coordinator at the same address: it never asked for these
                work.abandoned = True
                work.remaining.clear()
            self._held.clear()
        elif not isinstance(message, Error):  # an Error tells us of our own mistake; answering it could go on for ever
            self._dealer.send(Error(0, "unknown-kind", f"An engine has no use for '{message.kind}'."))

    def _accept(self, job: Job) -> None:
        problem = self._unfit(job)
        if problem:
            self._refuse(job, "limits", problem)
            return
        try:
            scene = Scene.from_wire(job.scene)
            require_features(self._name, self._features, scene, job.truth)
        except (InputError, Refused) as error:
            self._refuse(job, "scene", str(error))
            return
        work = Work(job, time.monotonic() + job.deadline_ms / 1000, set(range(len(job.indices))), scene)
        self._held.append(work)
        self.work.put(work)

    def _refuse(self, job: Job, code: str, reason: str) -> None:
        for index in job.indices:
            self._dealer.send(Fail(job.request_id, index, code, reason))
            self._fails += 1
        self._dealer.send(Credit(1))

    def _unfit(self, job: Job) -> str:
        count = len(job.indices)
        wanted = ((count, self._schema.count), (count, len(self._schema.choices)))
        if self._draining:
            return "The engine is draining and takes no more jobs."
        if len(self._held) >= self._limits.credit:
            return f"The engine holds {len(self._held)} jobs, which is its credit; wait for Credit."
        if not 1 <= count <= self._limits.max_job_samples:
            return f"The job has {count} samples; 1 to {self._limits.max_job_samples} are accepted."
        if len(set(job.indices)) != count:
            return "The job names an index twice."
        if not 1 <= job.image_px <= self._limits.max_image_px:
            return f"image_px is {job.image_px}; 1 to {self._limits.max_image_px} are accepted."
        if job.truth and job.image_px > MAX_TRUTH_PX:
            return f"image_px is {job.image_px}; with truth, 1 to {MAX_TRUTH_PX} are accepted."
        if (job.parameters.shape, job.choices.shape) != wanted:
            given = (job.parameters.shape, job.choices.shape)
            return f"parameters and choices have shapes {given}; expected {wanted}."
        return ""

    def _send_finished(self) -> None:
        while not self._outbox.empty():
            item = self._outbox.get_nowait()
            if isinstance(item, Work):
                if item in self._held:
                    self._held.remove(item)
                    self._dealer.send(Credit(1))
                continue
            work, row, message = item
            if row not in work.remaining:
                self._late += 1
                continue
            work.remaining.discard(row)
            self._frames += isinstance(message, Frame)
            self._fails += isinstance(message, Fail)
            self._dealer.send(message)

    def _check_deadlines(self) -> None:
        now = time.monotonic()
        for work in self._held:
            if now > work.due_at and not work.abandoned:
                work.abandoned = True
                for row in sorted(work.remaining):
                    words = f"The job's deadline of {work.job.deadline_ms} ms passed."
                    self._dealer.send(Fail(work.job.request_id, work.job.indices[row], "deadline", words))
                    self._fails += 1
                work.remaining.clear()
            if now > work.due_at + self._limits.hang_s:
                if self._on_hang is not None:
                    self._on_hang(self._limits.hang_s)
                raise EngineError(f"A render overran its deadline of {work.job.deadline_ms} ms and did not come back.")
