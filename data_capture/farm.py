"""The farm: a coordinator that hands samples to engine workers, checks what comes back, and survives their deaths.

Own workers connect to a loopback address of the farm; workers it did not start come through the address given as
`bind`, which beyond loopback needs keys. A job is matched by its request id, so a late answer is dropped and counted.
What a dead, silent or overdue worker held is handed out again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType

import numpy as np

from data_capture.peers import EngineIdentity, JobInFlight, Worker, identify
from data_capture.pipeline import Sample, ShardPipeline
from data_capture.schedule import Schedule
from data_capture.validation import frame_fault, pixel_fingerprint
from data_capture.workers import WorkerPool
from engine_bridge.errors import DeadlineExceeded, EngineError
from engine_bridge.keys import ServerKeys
from engine_bridge.protocol import Credit, Fail, Frame, Heartbeat, Hello, Job, Message, Reject, Welcome, sample_digest
from engine_bridge.router import Joined, Received, Router

# How soon a dead process is noticed while nothing arrives; a freed encoder and a second socket are looked at sooner.
_IDLE_S = 0.1
_BUSY_S = 0.01
# Raw frames that may wait for an encoder: 12 MB at 256 px.
_BACKLOG_FRAMES = 64
# A worker notices a passed deadline itself and says so; only one that cannot even do that is ended.
_ANSWER_S = 5.0
_GOODBYE_GRACE_S = 2.0


@dataclass(frozen=True)
class FarmSettings:
    """How a farm is run; none of it changes the samples.

    `window_samples` bounds how far rendering may run ahead of writing, and so the encoded images held in memory.
    """

    engine: str
    image_px: int
    workers: int = 1
    bind: str | None = None
    keys: ServerKeys | None = None
    job_samples: int = 8
    jobs_in_flight: int = 2
    window_samples: int = 1000
    job_deadline_s: float = 60.0
    start_timeout_s: float = 60.0
    alone_timeout_s: float = 600.0
    heartbeat: Heartbeat = field(default_factory=Heartbeat)


@dataclass(frozen=True)
class FarmState:
    """A glance at a running farm, for progress bars: samples accepted, welcomed workers and process ids of own ones,
    worker deaths, samples handed out again, and late answers that were dropped.
    """

    accepted: int
    workers: int
    deaths: int
    retries: int
    late: int
    pids: tuple[int, ...]


class Farm:
    """Owns the sockets and the workers; use as a context manager, from one thread.

    `expected` is the identity of the dataset to be continued, if any. Raises InputError when `bind` cannot be bound.
    """

    def __init__(self, settings: FarmSettings, expected: EngineIdentity | None = None) -> None:
        self.settings = settings
        self.address: str | None = None
        self._identity: EngineIdentity | None = None
        self._expected = expected
        self._schedule: Schedule | None = None
        self._pipeline: ShardPipeline | None = None
        self._workers: dict[tuple[int, bytes], Worker] = {}
        self._request_ids = count(1)
        self._accepted = 0
        self._late = 0
        self._alone_since = time.monotonic()
        self._own_refusal: str | None = None
        self._routers: list[Router] = []
        try:
            # Own workers have a socket of their own, so that they never need the keys of the other.
            inner = self._open("tcp://127.0.0.1:*", None).endpoint if settings.workers > 0 else ""
            if settings.bind is not None:
                self.address = self._open(settings.bind, settings.keys).endpoint
        except BaseException:
            self._close_routers()
            raise
        self._pool = WorkerPool(settings.engine, inner, settings.workers, settings.start_timeout_s)

    def __enter__(self) -> Farm:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def wait_for_engine(self) -> EngineIdentity:
        """Start the workers and wait for the first one that fits.

        Raises EngineError when the own workers keep dying or do not fit, DeadlineExceeded when no worker comes.
        """
        while self._identity is None:
            self._step()
        return self._identity

    def run(self, schedule: Schedule, pipeline: ShardPipeline, progress: Callable[[FarmState], None]) -> FarmState:
        """Render the whole schedule into the pipeline; returns when the last shard is on disk.

        Raises what the pipeline, the schedule or the workers raise; whatever is finished by then stays.
        """
        self._schedule, self._pipeline = schedule, pipeline
        while not pipeline.finished:
            pipeline.check()
            self._hand_out(schedule, pipeline)
            self._step()
            progress(self.state)
        return self.state

    @property
    def state(self) -> FarmState:
        """What the farm looks like now."""
        retries = self._schedule.retries if self._schedule is not None else 0
        return FarmState(self._accepted, len(self._workers), self._pool.deaths, retries, self._late, self._pool.pids)

    def close(self) -> None:
        """Say goodbye to the workers, end own ones that do not leave, and free the addresses."""
        self._close_routers()
        self._pool.stop(_GOODBYE_GRACE_S)

    # -- one turn of the loop ------------------------------------------------------------------------------------

    def _step(self) -> None:
        events = [(link, event) for link, router in enumerate(self._routers) for event in router.poll(0)]
        if not events:
            full = self._pipeline is not None and self._pipeline.backlog >= _BACKLOG_FRAMES
            wait_s = _BUSY_S if full or len(self._routers) > 1 else _IDLE_S
            events = [(link, event) for link, router in enumerate(self._routers) for event in router.poll(wait_s)]
        for link, event in events:
            if isinstance(event, Joined):
                self._join(link, event)
            elif isinstance(event, Received):
                self._take(self._workers.get((link, event.peer)), event.message)
            elif (worker := self._workers.get((link, event.peer))) is not None:
                self._drop(worker, f"its {worker.name} {event.reason}")
        for instance in self._pool.tick():
            for worker in [worker for worker in self._workers.values() if worker.instance == instance]:
                self._drop(worker, f"its {worker.name} {self._pool.last_words}")
        self._end_overdue()
        self._stop_when_hopeless()

    def _open(self, address: str, keys: ServerKeys | None) -> Router:
        link = len(self._routers)
        router = Router(
            address,
            lambda hello: self._greet(link, hello),
            roles=frozenset({"engine"}),
            keys=keys,
            heartbeat=self.settings.heartbeat,
        )
        self._routers.append(router)
        return router

    def _greet(self, link: int, hello: Hello) -> Welcome | Reject:
        expected = self._identity or self._expected
        answer = identify(hello, self.settings.engine, self.settings.image_px, expected)
        if isinstance(answer, Reject):
            if self._is_own(link, hello):
                self._own_refusal = answer.reason
            return answer
        self._identity = self._identity or answer
        return Welcome(role="coordinator", schema_hash=answer.schema.hash)

    def _join(self, link: int, joined: Joined) -> None:
        hello = joined.hello
        own = self._is_own(link, hello)
        if own:
            self._pool.greeted(hello.instance)
        self._workers[link, joined.peer] = Worker(
            link=link,
            peer=joined.peer,
            instance=hello.instance,
            pid=hello.pid,
            own=own,
            renderer=hello.renderer,
            credit=hello.credit,
            most_samples=min(hello.max_job_samples, self.settings.job_samples),
        )

    def _is_own(self, link: int, hello: Hello) -> bool:
        return self._routers[link].endpoint == self._pool.address and self._pool.owns(hello.instance)

    # -- work ----------------------------------------------------------------------------------------------------

    def _hand_out(self, schedule: Schedule, pipeline: ShardPipeline) -> None:
        # The worker with the fewest jobs first, so that the end of a capture is shared evenly.
        for worker in sorted(self._workers.values(), key=lambda worker: len(worker.jobs)):
            while worker.credit > 0 and len(worker.jobs) < self.settings.jobs_in_flight:
                if pipeline.backlog >= _BACKLOG_FRAMES:
                    return
                samples = schedule.next_job(worker.most_samples, pipeline.position + self.settings.window_samples)
                if not samples:
                    return
                if not self._send_job(worker, samples):
                    schedule.not_sent(sample.index for sample in samples)
                    break

    def _send_job(self, worker: Worker, samples: list[Sample]) -> bool:
        request_id = next(self._request_ids)
        # Jobs queue up in the worker, and their deadlines count from receipt.
        allowed_s = self.settings.job_deadline_s * (1 + len(worker.jobs))
        waiting = {sample.index: sample for sample in samples}
        job = Job(
            request_id=request_id,
            indices=tuple(waiting),
            image_px=self.settings.image_px,
            deadline_ms=round(allowed_s * 1000),
            parameters=np.stack([sample.parameters for sample in samples]),
            choices=np.stack([sample.choices for sample in samples]),
        )
        if not self._routers[worker.link].send(worker.peer, job):
            worker.credit = 0  # the router will say that it is lost, and in its own words why
            return False
        worker.jobs[request_id] = JobInFlight(request_id, waiting, time.monotonic() + allowed_s + _ANSWER_S)
        worker.credit -= 1
        return True

    def _take(self, worker: Worker | None, message: Message) -> None:
        if worker is None:
            self._late += 1
        elif isinstance(message, Credit):
            worker.credit += max(0, message.jobs)
        elif isinstance(message, Frame | Fail):
            job = worker.jobs.get(message.request_id)
            sample = job.waiting.pop(message.index, None) if job is not None else None
            if job is None or sample is None or self._schedule is None or self._pipeline is None:
                self._late += 1
                return
            if not job.waiting:
                del worker.jobs[message.request_id]
            if isinstance(message, Frame):
                self._take_frame(worker, sample, message, self._schedule, self._pipeline)
            elif message.code in {"parameters", "limits"}:  # no engine of this kind will ever draw it
                raise EngineError(f"Engine {self.settings.engine} refuses sample {sample.index}: {message.reason}")
            else:
                self._schedule.put_back(sample.index, f"{worker.name} failed: {message.reason}")

    def _take_frame(
        self, worker: Worker, sample: Sample, frame: Frame, schedule: Schedule, pipeline: ShardPipeline
    ) -> None:
        digest = sample_digest(sample.parameters, sample.choices)
        fault = frame_fault(frame.pixels, self.settings.image_px, frame.sha256, digest)
        if fault is None:
            fingerprint = pixel_fingerprint(frame.pixels)
            if fingerprint == worker.fingerprint:
                fault = "shows the very picture that the worker sent before it"
            worker.fingerprint = fingerprint
        if fault is not None:
            schedule.put_back(sample.index, f"the frame of {worker.name} {fault}")
            return
        schedule.done(sample.index)
        pipeline.submit(sample, frame.pixels, worker.renderer)
        self._accepted += 1
        if worker.own:
            self._pool.delivered(worker.instance)

    # -- deaths --------------------------------------------------------------------------------------------------

    def _end_overdue(self) -> None:
        now = time.monotonic()
        for worker in list(self._workers.values()):
            # The heartbeats of a worker go on while its renderer hangs: only the deadline tells.
            if any(now > job.due_at for job in worker.jobs.values()):
                reason = f"its {worker.name} did not finish a job in {self.settings.job_deadline_s:g} s"
                self._routers[worker.link].dismiss(worker.peer, reason)
                self._drop(worker, reason)

    def _drop(self, worker: Worker, reason: str) -> None:
        """Forget a worker and hand its samples out again; an own one that still runs is ended."""
        self._workers.pop((worker.link, worker.peer), None)
        if worker.own:
            self._pool.kill(worker.instance)
        jobs, worker.jobs = worker.jobs, {}
        for job in jobs.values():
            for index in job.waiting:
                if self._schedule is not None:
                    self._schedule.put_back(index, reason)

    def _stop_when_hopeless(self) -> None:
        if self._own_refusal is not None:
            raise EngineError(f"The engine that this capture started does not fit it: {self._own_refusal}")
        if self._workers:
            self._alone_since = time.monotonic()
        elif self._pool.hopeless:
            raise EngineError(
                f"Engine '{self.settings.engine}' keeps dying before its first frame: its process "
                f"{self._pool.last_words} - run facebridge doctor, then the same command again."
            )
        elif self._pool.workers == 0 and time.monotonic() - self._alone_since > self.settings.alone_timeout_s:
            raise DeadlineExceeded(
                f"No worker came to {self.address} for {self.settings.alone_timeout_s:g} s; start one with "
                f"facebridge worker --engine {self.settings.engine} --connect ADDRESS, then the same command again."
            )

    def _close_routers(self) -> None:
        while self._routers:
            self._routers.pop().close("the capture has ended")
