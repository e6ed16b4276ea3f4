"""The exported head's morph targets: both ends of every shape parameter, and the 52 expressions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.shape import MACROS
from engine_bridge.scene import BLENDSHAPES
from engine_bridge.schema import CharacterSchema

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

# Far below what float32 metres resolve; keeps rounding noise out of sparse accessors.
SILENT_DM = 1e-8


class Targets:
    """Displacements of control points from a base mesh at which every target's weight is nought.

    The base mesh holds the given person.* parameters, which do not add up, and all other parameters at their defaults.
    The weights that lead from there to the given face are `weights`.
    """

    def __init__(
        self, schema: CharacterSchema, morph: Morpher, expressions: Expressions, parameters: Vector, base: int
    ) -> None:
        """`parameters` (P,) in schema order and the number of the base face."""
        self._morph, self._expressions, self._base = morph, expressions, base
        self._schema, self._parameters = schema, parameters
        self.shapes = [row for row, parameter in enumerate(schema.parameters) if parameter.kind == "shape"]
        macros = {macro.name for macro in MACROS}
        self.rest_values = np.array(
            [parameters[row] if name in macros else schema.defaults[row] for row, name in enumerate(schema.names)],
            np.float32,
        )
        """(P,) the parameters that the base mesh holds."""
        self.rest = morph.points(self.rest_values, base)
        """(V, 3) the base mesh's control points in decimetres."""
        self.face = morph.points(parameters, base)
        """(V, 3) the given face's."""
        self.names = [f"{schema.names[row]}.{end}" for row in self.shapes for end in ("min", "max")] + list(BLENDSHAPES)

    def steps(self) -> Iterator[tuple[Vector, Array | None]]:
        """For each of `names` the parameters (P,) at its end, or the given parameters and expression weights (52,)."""
        for row in self.shapes:
            for end in (self._schema.minimum[row], self._schema.maximum[row]):
                vector = self.rest_values.copy()
                vector[row] = end
                yield vector, None
        # On the given face, so that its own lids meet in a blink.
        for weights in np.eye(len(BLENDSHAPES)):
            yield self._parameters, weights

    def deltas(self) -> Iterator[Array]:
        """(V, 3) decimetres for each of `names`."""
        for vector, weights in self.steps():
            if weights is None:
                yield _quiet(self._morph.points(vector, self._base) - self.rest)
            else:
                yield _quiet(self._expressions.offsets(weights, self.face))

    def indices(self) -> dict[str, list[int]]:
        """Shape parameter -> the numbers of its two targets."""
        return {self._schema.names[row]: [2 * k, 2 * k + 1] for k, row in enumerate(self.shapes)}

    def weights(self) -> list[float]:
        """Of every target, for the given parameters and no expression."""
        found: list[float] = []
        for row in self.shapes:
            step = float(self._parameters[row] - self.rest_values[row])
            down = float(self.rest_values[row] - self._schema.minimum[row])
            up = float(self._schema.maximum[row] - self.rest_values[row])
            found += [-step / down if step < 0.0 else 0.0, step / up if step > 0.0 else 0.0]
        return found + [0.0] * len(BLENDSHAPES)


def _quiet(delta: Array) -> Array:
    return np.where(np.abs(delta) < SILENT_DM, 0.0, delta)
