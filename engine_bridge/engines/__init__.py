"""Engines: anything with a schema that turns parameters into images, opened by name."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

ENGINES = ("embedded", "pattern")


class Engine(Protocol):
    """What an engine process hosts; `renderer` names the driver and is recorded, never compared."""

    name: str
    version: str
    schema: CharacterSchema
    renderer: str

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """(N, P) parameters and (N, C) choices -> (N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        ...

    def close(self) -> None:
        """Free the engine's resources; further calls are errors."""
        ...


def open_engine(name: str) -> Engine:
    """Open an engine in this process; raises InputError for an unknown name, EngineError when it cannot start."""
    if name == "embedded":
        from engine_bridge.engines.embedded.engine import EmbeddedEngine

        return EmbeddedEngine()
    if name == "pattern":
        from engine_bridge.engines.pattern import PatternEngine

        return PatternEngine()
    raise InputError(f"Unknown engine '{name}', expected one of {', '.join(ENGINES)}.")


def engine_schema(name: str) -> CharacterSchema:
    """The schema of an engine's character, without opening a window or a GPU."""
    if name == "embedded":
        from engine_bridge.engines.embedded.schema import embedded_schema

        return embedded_schema()
    if name == "pattern":
        from engine_bridge.engines.pattern import pattern_schema

        return pattern_schema()
    raise InputError(f"Unknown engine '{name}', expected one of {', '.join(ENGINES)}.")
