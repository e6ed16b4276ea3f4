"""The embedded engine: parameters in, picture of a head out; no other part knows how it is done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.maps import load_maps
from engine_bridge.engines.embedded.materials import colours, material_parameters
from engine_bridge.engines.embedded.mesh import HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.buffers import Face
from engine_bridge.engines.embedded.renderer import HeadRenderer
from engine_bridge.engines.embedded.schema import REACH, embedded_schema
from engine_bridge.engines.embedded.view import View, view_of
from engine_bridge.scene import Scene
from engine_bridge.truth import RenderedScene, TruthMap

# Raised whenever equal parameters may draw another picture: datasets and bundles of another version do not mix.
ENGINE_VERSION = "2"
BATCH_PIXELS = 8 * 256 * 256
"""At most so many pixels are drawn into one target before it is read back."""


class EmbeddedEngine:
    """One head, one OpenGL context; pictures are byte-identical for equal parameters on one machine and driver."""

    def __init__(self) -> None:
        """Raises EngineError when the head cannot be read or no OpenGL context can be made."""
        self.name = "embedded"
        self.version = ENGINE_VERSION
        self.features = ("camera", "light", "background", "segmentation", "depth")
        self.schema = embedded_schema()
        asset = load_asset()
        self._morph = Morpher(asset)
        self._materials = [parameter.name for parameter in material_parameters()]
        self._base = [choice.name for choice in self.schema.choices].index("base")
        levels = HeadLevel(asset, refined=False), HeadLevel(asset, refined=True)
        rest = tuple(np.asarray(level.smooth @ self._morph.neutral) for level in levels)
        self._renderer = HeadRenderer(levels, (rest[0], rest[1]), load_maps())
        self.renderer = self._renderer.name

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """(N, P) parameters and (N, C) choices -> (N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        return self._render(parameters, choices, image_px, View(), ()).images

    def render_scene(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        truth: Sequence[str],
    ) -> RenderedScene:
        """The same in another scene, and what the renderer knows about it; see engine_bridge.truth."""
        return self._render(parameters, choices, image_px, view_of(scene), truth)

    def _render(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        view: View,
        truth: Sequence[str],
    ) -> RenderedScene:
        count = len(parameters)
        images = np.empty((count, image_px, image_px, 3), np.uint8)
        segments, depths = np.empty((2, 0)), np.empty(0)
        measured = "segmentation" in truth or "depth" in truth
        if measured:
            segments = np.empty((count, image_px, image_px), np.uint8)
            depths = np.empty((count, image_px, image_px), np.float32)
        batch = max(1, BATCH_PIXELS // max(image_px, 1) ** 2)
        for start in range(0, count, batch):
            part = slice(start, min(start + batch, count))
            faces = [self._face(vector, choice) for vector, choice in zip(parameters[part], choices[part], strict=True)]
            images[part] = self._renderer.draw(faces, image_px, view)
            if measured:
                segments[part], depths[part] = self._renderer.measure(faces, image_px, view)
        known: dict[str, TruthMap] = {"segmentation": segments, "depth": depths} if measured else {}
        return RenderedScene(images, {name: known[name] for name in truth})

    def _face(self, vector: npt.NDArray[np.float32], choice: npt.NDArray[np.uint8]) -> Face:
        sliders = vector[self._morph.count :] / np.float32(REACH)
        named = dict(zip(self._materials, sliders.tolist(), strict=True))
        control = self._morph.points(vector, int(choice[self._base]))
        style = self.schema.choice_mapping(choice)["hair.style"]
        return Face(control, sliders, named, colours(named), style)

    def close(self) -> None:
        """Free the OpenGL context."""
        self._renderer.close()
