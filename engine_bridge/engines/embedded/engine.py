"""The embedded engine: parameters in, picture of a head out; no other part knows how it is done."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.maps import load_maps
from engine_bridge.engines.embedded.materials import colours, material_parameters
from engine_bridge.engines.embedded.mesh import HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.renderer import Face, HeadRenderer
from engine_bridge.engines.embedded.schema import REACH, embedded_schema
from engine_bridge.engines.embedded.view import View

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
        images = np.empty((len(parameters), image_px, image_px, 3), np.uint8)
        batch = max(1, BATCH_PIXELS // max(image_px, 1) ** 2)
        for start in range(0, len(parameters), batch):
            part = slice(start, min(start + batch, len(parameters)))
            faces = [self._face(vector, choice) for vector, choice in zip(parameters[part], choices[part], strict=True)]
            images[part] = self._renderer.draw(faces, image_px, View())
        return images

    def _face(self, vector: npt.NDArray[np.float32], choice: npt.NDArray[np.uint8]) -> Face:
        sliders = vector[self._morph.count :] / np.float32(REACH)
        named = dict(zip(self._materials, sliders.tolist(), strict=True))
        control = self._morph.points(vector, int(choice[self._base]))
        style = self.schema.choice_mapping(choice)["hair.style"]
        return Face(control, sliders, named, colours(named), style)

    def close(self) -> None:
        """Free the OpenGL context."""
        self._renderer.close()
