"""EngineSession: start one engine process, render with it, and end it, from ordinary blocking code."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import DeadlineExceeded, EngineError, SchemaError
from engine_bridge.process import EngineProcess
from engine_bridge.protocol import Credit, Error, Fail, Frame, Hello, Job, Reject, Welcome, sample_digest, software
from engine_bridge.router import Event, Joined, Lost, Received, Router
from engine_bridge.schema import CharacterSchema

_JOB_SAMPLES = 8  # small enough that its frames arrive while the next job renders


class EngineSession:
    """One engine in a process of its own, reached over the wire exactly as a farm reaches it.

    Use `start` as a context manager. One render at a time; other threads wait for their turn.
    """

    def __init__(self, router: Router, process: EngineProcess, image_px: int) -> None:
        self._router = router
        self._process = process
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="engine-session", daemon=True)
        self._turn = threading.Lock()
        self._peer = b""
        self._hello = Hello()
        self._credit = 0
        self._requests = 0
        self._image_px = image_px
        self.late = 0
        """Frames and failures that came after their deadline, and were dropped."""

    @classmethod
    def start(
        cls, engine: str = "embedded", image_px: int = 256, deadline_s: float = 60.0, threads: int = 1
    ) -> EngineSession:
        """Start the engine and wait for its hello; `image_px` is the default of `render`.

        Raises EngineError with the engine's last lines when it dies first, DeadlineExceeded when it takes too long.
        """
        expected: list[str] = []

        def greet(hello: Hello) -> Welcome | Reject:
            # Only the process started here is let in: its instance is a secret between the two.
            if hello.instance not in expected:
                return Reject("role", "This address belongs to another engine's session.")
            return Welcome(role="coordinator", software=software(), schema_hash=hello.schema_hash)

        router = Router("tcp://127.0.0.1:0", greet, roles=frozenset({"engine"}))
        try:
            process = EngineProcess.start(engine, router.endpoint, threads=threads)
        except BaseException:
            router.close()
            raise
        expected.append(process.instance)
        session = cls(router, process, image_px)
        session._thread.start()
        try:
            session._await_hello(engine, deadline_s)
        except BaseException:
            session.close()
            raise
        return session

    @property
    def schema(self) -> CharacterSchema:
        """The schema that the engine announced."""
        return self._schema

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._hello.engine

    @property
    def engine_version(self) -> str:
        """The engine's version."""
        return self._hello.engine_version

    @property
    def renderer(self) -> str:
        """What draws, e.g. GL_RENDERER."""
        return self._hello.renderer

    def render(
        self,
        parameters: npt.ArrayLike,
        choices: npt.ArrayLike | None = None,
        image_px: int | None = None,
        deadline_s: float = 30.0,
    ) -> npt.NDArray[np.uint8]:
        """Render (N, P) parameters and (N, C) choices -> (N, image_px, image_px, 3) sRGB uint8, rows from the top.

        A single (P,) vector gives one image without the first dimension. Choices default to the schema's.
        Raises SchemaError naming a wrong parameter, EngineError when the engine fails or dies, DeadlineExceeded when
        not every image came within `deadline_s`; what comes later is dropped.
        """
        rows = np.atleast_2d(np.asarray(parameters, np.float32))
        checked = np.stack([self._schema.check(row) for row in rows]) if len(rows) else rows
        single = np.ndim(parameters) == 1  # pyright: ignore[reportArgumentType]  # numpy's own stub is narrower
        chosen = self._choice_rows(choices, len(rows))
        size = self._image_px if image_px is None else image_px
        images = np.zeros((len(rows), size, size, 3), np.uint8)
        with self._turn:
            self._run(_Batch(checked, chosen, images), deadline_s)
        return images[0] if single else images

    def close(self) -> None:
        """End the engine, its process and the address. Harmless when repeated."""
        self._closing.set()
        if self._thread.ident is not None:
            self._router.wake()
            self._thread.join()
        self._router.close("the session ended")
        self._process.close()

    def __enter__(self) -> EngineSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            for event in self._router.poll(0.5):
                self._events.put(event)

    def _await_hello(self, engine: str, deadline_s: float) -> None:
        too_late = f"The engine '{engine}' said no hello within {deadline_s:g} s"
        for event in self._until(time.monotonic() + deadline_s, too_late):
            if isinstance(event, Joined):
                assert event.hello.schema is not None  # the router refuses an engine without
                self._peer, self._hello, self._credit = event.peer, event.hello, event.hello.credit
                self._schema = CharacterSchema.from_json(event.hello.schema)
                return

    def _until(self, deadline: float, too_late: str) -> Iterator[Event]:
        """Events as they come; raises EngineError when the engine ends, DeadlineExceeded at the deadline."""
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=min(remaining, 0.1))
            except queue.Empty:
                if self._process.exit_code() is not None and self._events.empty():
                    raise EngineError(f"The engine process {self._process.describe_exit()}") from None
                if not self._thread.is_alive():
                    raise EngineError("The session's connection has ended; start a new one.") from None
                continue
            if isinstance(event, Lost) and event.peer == self._peer:
                self._process.wait(1.0)
                raise EngineError(f"The engine {event.reason}; its process {self._process.describe_exit()}")
            yield event
        raise DeadlineExceeded(f"{too_late}; allow more time, or restart the engine.")

    def _choice_rows(self, choices: npt.ArrayLike | None, count: int) -> npt.NDArray[np.uint8]:
        if choices is None:
            return np.tile(self._schema.default_choices, (count, 1))
        rows = np.atleast_2d(np.asarray(choices))
        if len(rows) != count:
            raise SchemaError(f"{len(rows)} rows of choices were given for {count} of parameters; give one for each.")
        return np.stack([self._schema.check_choices(row) for row in rows]) if count else rows.astype(np.uint8)

    def _run(self, batch: _Batch, limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        self._send_jobs(batch, deadline)
        if batch.done:
            return
        for event in self._until(deadline, f"Rendering {len(batch.images)} images took longer than {limit_s:g} s"):
            if not isinstance(event, Received):
                continue
            if isinstance(event.message, Credit):
                self._credit += event.message.jobs
                self._send_jobs(batch, deadline)
            elif isinstance(event.message, Frame | Fail):
                self.late += not batch.take(event.message)
            elif isinstance(event.message, Error):
                raise EngineError(f"The engine refused a message ({event.message.code}): {event.message.message}")
            else:
                raise EngineError(f"The engine sent '{event.message.kind}', which is not for a coordinator.")
            if batch.done:
                return

    def _send_jobs(self, batch: _Batch, deadline: float) -> None:
        while batch.unsent and self._credit > 0:
            self._requests += 1
            self._credit -= 1
            remaining_ms = max(1, round((deadline - time.monotonic()) * 1000))
            most = min(_JOB_SAMPLES, self._hello.max_job_samples)
            self._router.post(self._peer, batch.next_job(self._requests, most, remaining_ms))


class _Batch:
    """What one render asked for and still lacks; replies are matched by request id and index, never by order."""

    def __init__(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], images: npt.NDArray[np.uint8]
    ) -> None:
        self._parameters = parameters
        self._choices = choices
        self._missing: set[tuple[int, int]] = set()  # (request id, index)
        self.images = images
        self.unsent = len(images)

    @property
    def done(self) -> bool:
        return not self.unsent and not self._missing

    def next_job(self, request_id: int, most: int, deadline_ms: int) -> Job:
        start = len(self.images) - self.unsent
        rows = range(start, start + min(most, self.unsent))
        self.unsent -= len(rows)
        self._missing |= {(request_id, row) for row in rows}
        span = slice(rows.start, rows.stop)
        return Job(
            request_id, tuple(rows), self.images.shape[1], deadline_ms, self._parameters[span], self._choices[span]
        )

    def take(self, answer: Frame | Fail) -> bool:
        """Store an answer; False for one that nobody waits for, left over from a render that gave up."""
        index = answer.index
        if (answer.request_id, index) not in self._missing:
            return False
        if isinstance(answer, Fail):
            if answer.code == "parameters":
                raise SchemaError(f"The engine refused sample {index}: {answer.reason}")
            if answer.code == "deadline":
                raise DeadlineExceeded(f"The engine did not finish sample {index} in time; allow more.")
            raise EngineError(f"The engine could not render sample {index} ({answer.code}): {answer.reason}")
        if answer.sha256 != sample_digest(self._parameters[index], self._choices[index]):
            raise EngineError(f"The engine drew sample {index} from other parameters than it was sent; restart it.")
        if answer.pixels.shape != self.images.shape[1:]:
            raise EngineError(f"The engine drew {answer.pixels.shape}, {self.images.shape[1:]} was asked for.")
        self.images[index] = answer.pixels
        self._missing.discard((answer.request_id, index))
        return True
