"""The stage: a thread with an engine that draws the newest scenery asked for, first small and soon, then well."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.studio.views import Composer, Scenery
from engine_bridge.errors import FaceBridgeError
from engine_bridge.session import EngineSession

FULL_PX, DRAFT_PX = 640, 256
_QUIET_S = 0.15  # a full picture waits until the hand rests: begun sooner, it would hold up the next draft
_FAST_S = 0.07  # an engine that is done sooner needs no drafts
_QUALITY, _DRAFT_QUALITY = 92, 80


@dataclass(frozen=True)
class Shot:
    """A picture that is ready: JPEG bytes, what it shows by number, the time from the wish to its first picture."""

    version: int
    jpeg: bytes
    draft: bool
    took_ms: float


class Drawer(Protocol):
    """What turns sceneries into pictures; `Composer` is one."""

    def compose(self, scenery: Scenery, image_px: int, draft: bool = False) -> NDArray[np.uint8]:
        """The picture (H,W,3); raises FaceBridgeError."""
        ...


class Stage:
    """Draws what is asked for last; what was overtaken while it waited is never drawn.

    `show` gets each Shot and `fail` a sentence, both from the stage's own thread. An engine that died is started again
    for the next wish.
    """

    def __init__(
        self,
        engine: str,
        show: Callable[[Shot], None],
        fail: Callable[[str], None],
        ready: Callable[[str], None] = lambda _: None,
        start: Callable[[str], EngineSession] = EngineSession.start,
    ) -> None:
        self._engine, self._show, self._fail, self._ready, self._start = engine, show, fail, ready, start
        self._wake = threading.Condition()
        self._wanted: tuple[int, Scenery, float] | None = None
        self._closing = False
        self._versions = 0
        self._full_s = _FAST_S  # drafts begin once a full picture turned out slow
        self._thread = threading.Thread(target=self._run, name="studio-stage", daemon=True)
        self._thread.start()

    def ask(self, scenery: Scenery) -> int:
        """Want this on the stage; returns its version, which its shots carry."""
        with self._wake:
            self._versions += 1
            self._wanted = (self._versions, scenery, time.monotonic())
            self._wake.notify()
            return self._versions

    def close(self) -> None:
        """End the thread and the engine."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        engine: EngineSession | None = None
        try:
            while (wish := self._next()) is not None:
                try:
                    if engine is None:
                        engine = self._start(self._engine)
                        self._ready(f"{engine.engine} {engine.engine_version} on {engine.renderer}")
                        composer = Composer(engine)
                    self._draw(composer, wish)  # pyright: ignore[reportPossiblyUnboundVariable]  # set with the engine
                except FaceBridgeError as error:
                    self._fail(str(error))
                    if engine is not None and not _answers(engine):
                        engine.close()
                        engine = None
        finally:
            if engine is not None:
                engine.close()

    def _next(self) -> tuple[int, Scenery, float] | None:
        with self._wake:
            while self._wanted is None and not self._closing:
                self._wake.wait()
            wish, self._wanted = self._wanted, None
            return None if self._closing else wish

    def _draw(self, drawer: Drawer, wish: tuple[int, Scenery, float]) -> None:
        version, scenery, asked = wish
        took_ms = None
        if self._full_s > _FAST_S:
            draft = _jpeg(drawer.compose(scenery, DRAFT_PX, draft=True), _DRAFT_QUALITY)
            took_ms = (time.monotonic() - asked) * 1000
            self._show(Shot(version, draft, True, took_ms))
            with self._wake:
                if self._wake.wait_for(lambda: self._wanted is not None or self._closing, _QUIET_S):
                    return
        began = time.monotonic()
        jpeg = _jpeg(drawer.compose(scenery, FULL_PX), _QUALITY)
        ended = time.monotonic()
        self._full_s = ended - began
        self._show(Shot(version, jpeg, False, (ended - asked) * 1000 if took_ms is None else took_ms))


def _jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def _answers(engine: EngineSession) -> bool:
    """Whether the engine still draws; a refusal of one scene leaves it well."""
    try:
        engine.render(engine.schema.defaults, image_px=16, deadline_s=5.0)
    except FaceBridgeError:
        return False
    return True
