"""The stage draws the newest wish, skips what was overtaken, outlives an engine, and composes the views."""

from __future__ import annotations

import io
import queue
import threading
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from core.studio.stage import DRAFT_PX, FULL_PX, Shot, Stage
from core.studio.views import Composer, Scenery, View
from engine_bridge.engines import engine_schema
from engine_bridge.errors import EngineError, Refused
from engine_bridge.parameter_edits import Character
from engine_bridge.session import EngineSession

SCHEMA = engine_schema("pattern")
WAIT_S = 20.0


class Engine:
    """Draws the first parameter as grey; waits for `go`, and dies when told to."""

    engine, engine_version, renderer = "fake", "1", "test"
    features: tuple[str, ...] = ()
    schema = SCHEMA

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.began: queue.SimpleQueue[float] = queue.SimpleQueue()
        self.dead = self.refuses = self.closed = False

    def render(self, parameters: Any, choices: Any = None, image_px: int = 8, deadline_s: float = 1.0) -> Any:
        value = float(np.asarray(parameters).ravel()[0])
        if image_px > 16:
            self.began.put(value)
        assert self.go.wait(WAIT_S)
        if self.dead:
            raise EngineError("The engine died.")
        if self.refuses and image_px > 16:
            raise Refused("The engine has no camera.")
        return np.full((image_px, image_px, 3), round(100 * value), np.uint8)

    def close(self) -> None:
        self.closed = True


class Theatre:
    """A stage whose engines are fakes; shots and faults are queued for the test."""

    def __init__(self) -> None:
        self.shots: queue.SimpleQueue[Shot] = queue.SimpleQueue()
        self.faults: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.engines = [Engine()]
        self.stage = Stage("fake", self.shots.put, self.faults.put, start=self._start)

    def _start(self, _: str) -> EngineSession:
        if self.engines[-1].closed:
            self.engines.append(Engine())
        return cast(EngineSession, self.engines[-1])

    def ask(self, value: float) -> int:
        parameters = SCHEMA.defaults.copy()
        parameters[0] = value
        character = Character(parameters, SCHEMA.default_choices)
        return self.stage.ask(Scenery(character, character, None, View()))

    def __enter__(self) -> Theatre:
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self.engines:
            engine.go.set()
        self.stage.close()
        assert self.engines[-1].closed


def picture(shot: Shot) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(shot.jpeg)))


def test_the_newest_wish_is_drawn_and_what_was_overtaken_is_not() -> None:
    with Theatre() as theatre:
        engine = theatre.engines[0]
        engine.go.clear()
        theatre.ask(0.1)
        assert engine.began.get(timeout=WAIT_S) == pytest.approx(0.1)
        wanted = [theatre.ask(value) for value in (0.2, 0.3, 1.5)]
        engine.go.set()
        versions = []
        while not versions or versions[-1] != wanted[-1]:
            versions.append(theatre.shots.get(timeout=WAIT_S).version)
        assert versions[0] == 1 and set(versions) == {1, wanted[-1]}


def test_a_fast_engine_draws_no_drafts_and_a_slow_one_draws_them_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with Theatre() as theatre:
        theatre.ask(1.0)
        first = theatre.shots.get(timeout=WAIT_S)
        assert not first.draft and picture(first).shape == (FULL_PX, FULL_PX, 3) and picture(first)[0, 0, 0] == 100
        monkeypatch.setattr("core.studio.stage._FAST_S", -1.0)
        theatre.ask(0.5)
        draft, full = theatre.shots.get(timeout=WAIT_S), theatre.shots.get(timeout=WAIT_S)
        assert (draft.draft, full.draft) == (True, False) and draft.version == full.version == 2
        assert picture(draft).shape[0] == DRAFT_PX and picture(full).shape[0] == FULL_PX
        assert full.took_ms == draft.took_ms  # what the hand waited for


def test_a_dead_engine_is_said_and_started_again_for_the_next_wish() -> None:
    with Theatre() as theatre:
        theatre.engines[0].dead = True
        theatre.ask(1.0)
        assert theatre.faults.get(timeout=WAIT_S) == "The engine died."
        theatre.ask(1.0)
        assert theatre.shots.get(timeout=WAIT_S).version == 2
        assert len(theatre.engines) == 2 and theatre.engines[0].closed


def test_an_engine_that_only_refuses_is_kept() -> None:
    with Theatre() as theatre:
        theatre.engines[0].refuses = True
        theatre.ask(1.0)
        assert "no camera" in theatre.faults.get(timeout=WAIT_S)
        theatre.engines[0].refuses = False
        theatre.ask(1.0)
        assert theatre.shots.get(timeout=WAIT_S).version == 2 and len(theatre.engines) == 1


def test_every_view_is_composed_from_photo_and_character() -> None:
    photo = np.full((32, 32, 3), 200, np.uint8)
    with EngineSession.start("pattern", image_px=64) as engine:
        neutral = Character.neutral(engine.schema)
        composer = Composer(engine)

        def view(mode: str, **more: Any) -> np.ndarray:
            return composer.compose(Scenery(neutral, neutral, photo, View(mode, **more)), 64)

        plain = view("character")
        assert (plain == engine.render(neutral.parameters, neutral.choices[None], 64)).all()
        assert view("side").shape[1] > 128 and (view("blend", t=0.0) == 200).all()
        assert (view("blend", t=1.0) == plain).all()
        heat, signed = view("difference"), view("difference", signed=True)
        # Outside of the head, which the pattern's segmentation says is a disc, nothing is coloured.
        assert np.ptp(heat[2, 2].astype(int)) <= 1 and (heat != signed).any()
        outline = view("outline")
        assert (outline[32, 32] == 200).all() and (outline != 200).any()
        draft = composer.compose(Scenery(neutral, neutral, photo, View("difference")), 32, draft=True)
        assert draft.shape[:2] == (32 + 26, 32)
        with pytest.raises(Refused, match="camera"):
            view("turned")


def test_a_blend_moves_without_the_engine() -> None:
    photo = np.full((32, 32, 3), 200, np.uint8)
    engine = Engine()
    composer, neutral = Composer(cast(EngineSession, engine)), Character.neutral(SCHEMA)
    for t in (0.1, 0.5, 0.9):
        composer.compose(Scenery(neutral, neutral, photo, View("blend", t)), 32)
    assert engine.began.get(timeout=WAIT_S) == 0 and engine.began.empty()
