"""The engine attached to a service: draws characters, is started again when it dies, and is never in the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine_bridge.dealer import PeerLost
from engine_bridge.engines import engine_schema
from engine_bridge.errors import DeadlineExceeded, EngineError, FaceBridgeError, SchemaMismatch
from engine_bridge.schema import CharacterSchema
from engine_bridge.session import EngineSession

IMAGE_PX = 256
_START_S = 60.0
_REST_S = 5.0  # after a failed start, before the next is tried
_Drawn = TypeVar("_Drawn")


class Drawer:
    """An engine's process, started when it is first needed, that draws for whoever asks, from any thread.

    Raises SchemaMismatch when the engine's character is not `schema`, InputError for an engine that does not exist.
    """

    def __init__(self, engine: str, schema: CharacterSchema, deadline_s: float = 10.0) -> None:
        """`deadline_s`: for each drawing."""
        difference = schema.difference(engine_schema(engine))
        if difference:
            remedy = "choose another --engine or --bundle, or do without the engine (import --no-render)"
            raise SchemaMismatch(f"The bundle is not for the engine '{engine}': {difference}; {remedy}.")
        self.engine = engine
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._session: EngineSession | None = None
        self._rest_until = 0.0
        self.failures = 0
        self.problem: FaceBridgeError | None = None
        """Why the engine did not draw when it was asked last, if it did not."""

    def draw(
        self, parameters: NDArray[np.float32], choices: NDArray[np.uint8], image_px: int = IMAGE_PX
    ) -> NDArray[np.uint8] | None:
        """Parameters (N,P) and choices (N,C) -> (N,px,px,3) sRGB, or None while the engine is out of order."""
        return self.use(lambda session: session.render(parameters, choices, image_px, self._deadline_s))

    def use(self, draw: Callable[[EngineSession], _Drawn]) -> _Drawn | None:
        """What `draw` makes with the engine's session, or None while the engine is out of order."""
        session = self._ready()
        if session is None:
            return None
        try:
            return draw(session)
        except (EngineError, DeadlineExceeded, PeerLost) as error:
            self._drop(session, error)
            return None

    def close(self) -> None:
        """End the engine's process."""
        with self._lock:
            session, self._session, self._rest_until = self._session, None, float("inf")
        if session is not None:
            session.close()

    def _ready(self) -> EngineSession | None:
        with self._lock:
            if self._session is None and time.monotonic() >= self._rest_until:
                try:
                    self._session = EngineSession.start(self.engine, IMAGE_PX, _START_S)
                    self.problem = None
                except (EngineError, DeadlineExceeded) as error:
                    self.problem = error
                    self.failures += 1
                    self._rest_until = time.monotonic() + _REST_S
            return self._session

    def _drop(self, session: EngineSession, problem: FaceBridgeError) -> None:
        with self._lock:
            self.problem = problem
            if self._session is not session:
                return
            self._session = None
            self.failures += 1
        session.close()


def stacked(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures (H,W,3) of one width, one below the other."""
    return np.ascontiguousarray(np.concatenate(pictures))
