"""EngineSession: start one engine process, render with it, and end it, from ordinary blocking code."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import DeadlineExceeded, EngineError, InputError, SchemaError
from engine_bridge.process import EngineProcess
from engine_bridge.protocol import MAX_TRUTH_PX, Credit, Error, Fail, Frame, Hello, Reject, Welcome, software
from engine_bridge.router import Event, Joined, Lost, Received, Router
from engine_bridge.scene import Scene, require_features
from engine_bridge.schema import CharacterSchema
from engine_bridge.session_batch import Batch
from engine_bridge.truth import TRUTH_CHANNELS, RenderedScene

_JOB_SAMPLES = 8  # small enough that its frames arrive while the next job renders
_TRUTH_JOB_PIXELS = 1 << 22  # of a job that asks for truth, whose frames are four times as large


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
            process = EngineProcess(engine, router.endpoint, threads=threads)
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

    @property
    def features(self) -> tuple[str, ...]:
        """What the engine announced that it supports, out of scene.FEATURES."""
        return self._hello.features

    @overload
    def render(
        self,
        parameters: npt.ArrayLike,
        choices: npt.ArrayLike | None = None,
        image_px: int | None = None,
        deadline_s: float = 30.0,
        *,
        scene: Scene | None = None,
        truth: None = None,
    ) -> npt.NDArray[np.uint8]: ...

    @overload
    def render(
        self,
        parameters: npt.ArrayLike,
        choices: npt.ArrayLike | None = None,
        image_px: int | None = None,
        deadline_s: float = 30.0,
        *,
        scene: Scene | None = None,
        truth: Sequence[str],
    ) -> RenderedScene: ...

    def render(
        self,
        parameters: npt.ArrayLike,
        choices: npt.ArrayLike | None = None,
        image_px: int | None = None,
        deadline_s: float = 30.0,
        *,
        scene: Scene | None = None,
        truth: Sequence[str] | None = None,
    ) -> npt.NDArray[np.uint8] | RenderedScene:
        """Render (N, P) parameters and (N, C) choices -> (N, image_px, image_px, 3) sRGB uint8, rows from the top.

        All samples are drawn in one `scene` (default: the canonical one). Where `truth` lists channels, the answer is a
        RenderedScene with an array of each. A single (P,) vector gives everything without the first dimension. Choices
        default to the schema's.
        Raises SchemaError naming a wrong parameter, Refused for a scene or truth that the engine does not support,
        InputError for a truth channel that does not exist or a size without room for truth, EngineError when the engine
        fails or dies, DeadlineExceeded when not every image came within `deadline_s`; what comes later is dropped.
        """
        rows = np.atleast_2d(np.asarray(parameters, np.float32))
        checked = np.stack([self._schema.check(row) for row in rows]) if len(rows) else rows
        single = np.ndim(parameters) == 1  # pyright: ignore[reportArgumentType]  # numpy's own stub is narrower
        chosen = self._choice_rows(choices, len(rows))
        size = self._image_px if image_px is None else image_px
        batch = Batch(checked, chosen, size, scene or Scene(), self._channels(truth or (), size))
        require_features(self.engine, self.features, batch.scene, batch.channels)
        with self._turn:
            self._run(batch, deadline_s)
        if truth is None:
            return batch.images[0] if single else batch.images
        maps = {channel: values[0] if single else values for channel, values in batch.truth.items()}
        return RenderedScene(batch.images[0] if single else batch.images, maps)

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

    def _channels(self, truth: Sequence[str], image_px: int) -> tuple[str, ...]:
        for name in truth:
            if name not in TRUTH_CHANNELS:
                raise InputError(f"There is no truth channel '{name}', expected some of {', '.join(TRUTH_CHANNELS)}.")
        if truth and image_px > MAX_TRUTH_PX:
            raise InputError(f"image_px is {image_px}; with truth, at most {MAX_TRUTH_PX} fit.")
        return tuple(dict.fromkeys(truth))

    def _choice_rows(self, choices: npt.ArrayLike | None, count: int) -> npt.NDArray[np.uint8]:
        if choices is None:
            return np.tile(self._schema.default_choices, (count, 1))
        rows = np.atleast_2d(np.asarray(choices))
        if len(rows) != count:
            raise SchemaError(f"{len(rows)} rows of choices were given for {count} of parameters; give one for each.")
        return np.stack([self._schema.check_choices(row) for row in rows]) if count else rows.astype(np.uint8)

    def _run(self, batch: Batch, limit_s: float) -> None:
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

    def _send_jobs(self, batch: Batch, deadline: float) -> None:
        while batch.unsent and self._credit > 0:
            self._requests += 1
            self._credit -= 1
            remaining_ms = max(1, round((deadline - time.monotonic()) * 1000))
            most = min(_JOB_SAMPLES, self._hello.max_job_samples)
            if batch.channels:
                most = min(most, max(1, _TRUTH_JOB_PIXELS // batch.image_px**2))
            self._router.post(self._peer, batch.next_job(self._requests, most, remaining_ms))
