"""Engines: anything with a schema that turns parameters into images, opened by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import EngineError, InputError
from engine_bridge.scene import FEATURES, Scene
from engine_bridge.schema import CharacterSchema
from engine_bridge.truth import RenderedScene

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


@runtime_checkable
class SceneEngine(Engine, Protocol):
    """An engine that can do more than the canonical screenshot; `features` says what, out of scene.FEATURES."""

    features: tuple[str, ...]

    def render_scene(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        truth: Sequence[str],
    ) -> RenderedScene:
        """As `render`, in this scene and with these truth channels.

        It is called only for what `features` holds, with `image_px` at most MAX_TRUTH_PX where truth is asked for.
        The images of `Scene()` are those of `render`, byte for byte.
        """
        ...


def engine_features(engine: Engine) -> tuple[str, ...]:
    """What an engine announces: () unless it is a SceneEngine. Raises EngineError for a feature that does not exist."""
    if not isinstance(engine, SceneEngine):
        return ()
    unknown = [name for name in engine.features if name not in FEATURES]
    if unknown:
        raise EngineError(
            f"The engine '{engine.name}' announces the feature '{unknown[0]}', expected some of {', '.join(FEATURES)}."
        )
    return tuple(engine.features)


def draw_scene(
    engine: Engine,
    parameters: npt.NDArray[np.float32],
    choices: npt.NDArray[np.uint8],
    image_px: int,
    scene: Scene,
    truth: Sequence[str],
) -> RenderedScene:
    """Draw with any engine; what needs no feature goes through `render`. The features must have been checked."""
    if not truth and not scene.features():
        return RenderedScene(engine.render(parameters, choices, image_px))
    if not isinstance(engine, SceneEngine):
        raise EngineError(f"The engine '{engine.name}' draws nothing but its canonical screenshot.")
    return engine.render_scene(parameters, choices, image_px, scene, truth)


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
