"""The embedded engine: parameters in, picture of a head out; no other part knows how it is done."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.materials import colours, material_parameters
from engine_bridge.engines.embedded.mesh import RefinedHead, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.renderer import HeadRenderer
from engine_bridge.engines.embedded.schema import REACH, embedded_schema

# Raised whenever equal parameters may draw another picture: datasets and bundles of another version do not mix.
ENGINE_VERSION = "1"


class EmbeddedEngine:
    """One head, one OpenGL context; pictures are byte-identical for equal parameters on one machine and driver."""

    def __init__(self) -> None:
        """Raises EngineError when the head cannot be read or no OpenGL context can be made."""
        self.name = "embedded"
        self.version = ENGINE_VERSION
        self.schema = embedded_schema()
        asset = load_asset()
        self._morph = Morpher(asset)
        self._head = RefinedHead(asset)
        self._materials = [parameter.name for parameter in material_parameters()]
        rest = np.asarray(self._head.smooth @ self._morph.neutral)
        self._renderer = HeadRenderer(asset, self._head, rest)
        self.renderer = self._renderer.name

    def render(
        self, parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8], image_px: int
    ) -> npt.NDArray[np.uint8]:
        """(N, P) parameters and (N, C) choices -> (N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        images = np.empty((len(parameters), image_px, image_px, 3), np.uint8)
        for row, (vector, choice) in enumerate(zip(parameters, choices, strict=True)):
            chosen = self.schema.choice_mapping(choice)
            base = int(choice[[c.name for c in self.schema.choices].index("base")])
            control = self._morph.points(vector, base)
            points = np.asarray(self._head.smooth @ control, np.float32)
            sliders = vector[self._morph.count :] / np.float32(REACH)
            named = dict(zip(self._materials, sliders.tolist(), strict=True))
            images[row] = self._renderer.draw(points, sliders, colours(named), chosen["hair.style"], image_px)
        return images

    def close(self) -> None:
        """Free the OpenGL context."""
        self._renderer.close()
