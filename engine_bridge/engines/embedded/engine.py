"""The embedded engine: parameters in, picture of a head out; no other part knows how it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.buffers import Face
from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.maps import load_maps
from engine_bridge.engines.embedded.materials import colours, material_parameters
from engine_bridge.engines.embedded.mesh import HeadLevel, load_asset
from engine_bridge.engines.embedded.mesh_points import MeshPoints
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.mouth import Mouth, settled
from engine_bridge.engines.embedded.renderer import HeadRenderer
from engine_bridge.engines.embedded.schema import REACH, embedded_schema
from engine_bridge.engines.embedded.view import view_of
from engine_bridge.scene import BLENDSHAPES, Scene
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
        self.features = ("camera", "light", "background", "expression", "segmentation", "depth", "points")
        self.schema = embedded_schema()
        self._asset = asset = load_asset()
        self._expressions: Expressions | None = None
        self._mouth: Mouth | None = None
        self._points: MeshPoints | None = None
        self._morph = Morpher(asset)
        self._materials = [parameter.name for parameter in material_parameters()]
        self._base = [choice.name for choice in self.schema.choices].index("base")
        levels = HeadLevel(asset, refined=False), HeadLevel(asset, refined=True)
        self._coarse = levels[0].smooth
        rest = tuple(np.asarray(level.smooth @ self._morph.neutral) for level in levels)
        self._renderer = HeadRenderer(levels, (rest[0], rest[1]), load_maps())
        self.renderer = self._renderer.name

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """(N, P) parameters and (N, C) choices -> (N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        return self._render(parameters, choices, image_px, Scene(), ()).images

    def render_scene(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        truth: Sequence[str],
    ) -> RenderedScene:
        """The same in another scene, and what the renderer knows about it; see engine_bridge.truth."""
        return self._render(parameters, choices, image_px, scene, truth)

    def _render(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        truth: Sequence[str],
    ) -> RenderedScene:
        count, view = len(parameters), view_of(scene)
        images = np.empty((count, image_px, image_px, 3), np.uint8)
        found: dict[str, list[TruthMap]] = {name: [] for name in truth}
        batch = max(1, BATCH_PIXELS // max(image_px, 1) ** 2)
        for start in range(0, count, batch):
            part = slice(start, min(start + batch, count))
            faces = [
                self._face(vector, choice, scene)
                for vector, choice in zip(parameters[part], choices[part], strict=True)
            ]
            images[part] = self._renderer.draw(faces, image_px, view)
            if "segmentation" in truth or "depth" in truth:
                segments, depths = self._renderer.measure(faces, image_px, view)
                for name, values in (("segmentation", segments), ("depth", depths)):
                    if name in found:
                        found[name].append(values)
            if "points" in truth:
                self._points = self._points or MeshPoints.load()
                placed = [self._points.place(self._coarse @ face.control, view.camera, image_px) for face in faces]
                found["points"].append(np.stack(placed))
        # A channel has one type of number; the checker cannot know that.
        truths = {name: cast("TruthMap", np.concatenate(values)) for name, values in found.items()}
        return RenderedScene(images, truths)

    def _face(self, vector: npt.NDArray[np.float32], choice: npt.NDArray[np.uint8], scene: Scene) -> Face:
        sliders = vector[self._morph.count :] / np.float32(REACH)
        named = dict(zip(self._materials, sliders.tolist(), strict=True))
        base = int(choice[self._base])
        control = self._morph.points(vector, base)
        gaze = mouth = None
        expression = scene.expression or {}
        if any(expression.values()):
            self._expressions = self._expressions or Expressions(self._asset, self._morph.neutral)
            self._mouth = self._mouth or Mouth(self._asset, self._morph.neutral)
            weights = settled(np.array([expression.get(name, 0.0) for name in BLENDSHAPES]))
            control = control + self._expressions.offsets(weights, control)
            gaze = self._expressions.gaze(weights)
            mouth = self._mouth.shape(vector, base, control, weights)
        style = self.schema.choice_mapping(choice)["hair.style"]
        return Face(control, sliders, named, colours(named), style, gaze, mouth)

    def close(self) -> None:
        """Free the OpenGL context."""
        self._renderer.close()
