"""What a service starts with: its engine draws before anybody asks, and ends with it."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import numpy as np
import pytest
from numpy.typing import NDArray

from core import drawing
from core.serve.loading import NO_ENGINE, start_engine
from engine_bridge.engines import engine_schema
from engine_bridge.schema import CharacterSchema
from tests.core.served import DEADLINE_S


class Drawer:
    """Notes what it is asked for."""

    def __init__(self, engine: str, schema: CharacterSchema) -> None:
        self.engine, self.drawn, self.closed = engine, list[NDArray[np.float32]](), False
        self.drew = threading.Event()

    def draw(self, parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> None:
        self.drawn.append(parameters)
        self.drew.set()

    def close(self) -> None:
        self.closed = True


def test_an_engine_draws_once_by_itself_and_ends_with_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "Drawer", Drawer)
    with ExitStack() as stack:
        started = start_engine("pattern", stack)
        assert started is not None
        drawer = started.result(DEADLINE_S)
        assert isinstance(drawer, Drawer) and drawer.drew.wait(DEADLINE_S) and not drawer.closed
        assert np.array_equal(drawer.drawn, [engine_schema("pattern").defaults[None]])
    assert drawer.closed


def test_no_engine_is_nothing_to_start() -> None:
    with ExitStack() as stack:
        assert start_engine(NO_ENGINE, stack) is None
