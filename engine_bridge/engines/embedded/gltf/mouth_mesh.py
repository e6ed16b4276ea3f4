"""Teeth and tongue as a mesh of their own, with the head's targets; painted as in mouth.frag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.mouth import PARTED, TONGUE, Mouth
from engine_bridge.engines.embedded.paint import bell, ramp
from engine_bridge.engines.embedded.teeth import ROWS, UPPER_WIDTHS_MM
from engine_bridge.scene import BLENDSHAPES

Array = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

# Linear-light albedo, as in mouth.frag.
GUM, ENAMEL, ROOTS = np.array([0.42, 0.125, 0.115]), np.array([0.66, 0.60, 0.49]), np.array([0.56, 0.43, 0.27])
FLESH, DEEP = np.array([0.44, 0.135, 0.125]), np.array([0.26, 0.050, 0.045])
LINING_DM = (1.15, 1.46)
"""The mouth's lining is deep behind the first z on the neutral head, flesh before the second."""
TEETH_SHARE = 0.5
"""The texture's upper part shows a row of teeth, its lower part the tongue."""
INSET = 1.0 / 64.0
HALF_WIDTH_DM = 0.32
"""Of the tongue's part of the texture."""
# Below this a difference of two float32 places is rounding: a micrometre.
SILENT_DM = 1e-5


@dataclass(frozen=True)
class MouthPicture:
    """(n, n) or (n, n, 3), rows from the top."""

    colour: Array
    """Linear light."""
    occlusion: Array
    roughness: Array


class MouthMesh:
    """One face's teeth and tongue; H vertices."""

    def __init__(self, mouth: Mouth, morph: Morpher, expressions: Expressions, base: int) -> None:
        self._mouth, self._morph, self._expressions, self._base = mouth, morph, expressions, base
        self.triangles = mouth.triangles.astype(np.int64)
        self.uvs = _uvs(mouth.place.astype(np.float64))
        """(H, 2) v from the top."""

    def shown(self, vector: Vector) -> Array:
        """(H, 6) points in dm and normals for parameters (P,), without expression."""
        return self._surface(vector, np.zeros(len(BLENDSHAPES)))

    def displacements(self, rest: Vector, targets: Iterable[tuple[Vector, Array | None]]) -> list[Array]:
        """(H, 3) dm for each target: parameters (P,) against `rest` (P,), or expression weights (52,) on parameters.

        The tongue comes out between lips that are open as far as it needs; the jaw's own target opens them.
        """
        before = self.shown(rest)
        found: list[Array] = []
        for vector, weights in targets:
            if weights is None:
                moved = self.shown(vector) - before
            else:
                opened = np.zeros_like(weights)
                opened[BLENDSHAPES.index("jawOpen")] = PARTED * weights[BLENDSHAPES.index("tongueOut")]
                moved = self._surface(vector, opened + weights) - self._surface(vector, opened)
            found.append(np.where(np.abs(moved[:, :3]) < SILENT_DM, 0.0, moved[:, :3]))
        return found

    def _surface(self, vector: Vector, weights: Array) -> Array:
        control = self._morph.points(vector, self._base)
        moved = control + self._expressions.offsets(weights, control)
        return self._mouth.shape(vector, self._base, moved, weights).surface.astype(np.float64)


def _uvs(place: Array) -> Array:
    tooth = (place[:, 1] / (2.0 * len(UPPER_WIDTHS_MM)) + 0.5, (place[:, 2] - ROWS[0]) / (ROWS[-1] - ROWS[0]))
    tongue = (place[:, 2] / (2.0 * HALF_WIDTH_DM) + 0.5, place[:, 1])
    of_tongue = place[:, 0] == TONGUE
    u, v = (np.clip(np.where(of_tongue, b, a), 0.0, 1.0) for a, b in zip(tooth, tongue, strict=True))
    low = np.where(of_tongue, TEETH_SHARE, 0.0) + INSET
    return np.stack([u, low + v * (0.5 - 2.0 * INSET)], 1)


def mouth_picture(maps: Maps, size_px: int) -> MouthPicture:
    """A row of teeth with its gums above, the tongue below; how deep in the mouth a place lies is its occlusion."""
    middle = (np.arange(size_px) + 0.5) / size_px
    u, v = np.meshgrid(middle, middle)
    tongue = v > TEETH_SHARE
    down = np.clip((v - np.where(tongue, TEETH_SHARE, 0.0) - INSET) / (0.5 - 2.0 * INSET), 0.0, 1.0)
    teeth = _teeth(maps, (u - 0.5) * 2.0 * len(UPPER_WIDTHS_MM), ROWS[0] + (ROWS[-1] - ROWS[0]) * down)
    flesh = _tongue(maps, (u - 0.5) * 2.0 * HALF_WIDTH_DM, down)
    chosen = [np.where(tongue[..., None] if a.ndim == 3 else tongue, b, a) for a, b in zip(teeth, flesh, strict=True)]
    colour, occlusion, roughness = chosen
    # Half of the shade goes into the colour: not every engine has shadows fine enough for a mouth.
    return MouthPicture(colour * np.sqrt(occlusion)[..., None], occlusion, roughness)


def _teeth(maps: Maps, tooth: Array, row: Array) -> tuple[Array, Array, Array]:
    number = np.abs(tooth)
    aside = 2.0 * (number - np.floor(number)) - 1.0
    bare = ramp(-0.04, 0.04, row + 0.10 - 0.34 * aside**2) * (row <= 1.45)
    medium, coarse = (_noise(maps, plane, tooth * 0.11, row * 0.13) for plane in (1, 2))
    enamel = ROOTS + (ENAMEL - ROOTS) * ramp(-0.05, 0.45, row)[..., None]
    enamel = enamel * (0.92 + 0.16 * coarse)[..., None]
    enamel = enamel * (1.0 - ramp(0.75, 1.0, row)[..., None] * np.array([0.10, 0.05, 0.0]))
    stain = np.select([number[..., None] > 3.0, number[..., None] > 2.0], [[0.93, 0.90, 0.84], [0.96, 0.93, 0.88]], 1.0)
    enamel = enamel * stain * (1.0 - 0.38 * ramp(0.88, 1.0, np.abs(aside)))[..., None]
    gum = GUM * (0.85 + 0.3 * medium)[..., None]
    occlusion = 0.45 * (1.0 - 0.6 * ramp(2.0, 6.0, number))
    return gum + (enamel - gum) * bare[..., None], occlusion, 0.45 - 0.20 * bare


def _tongue(maps: Maps, sideways: Array, along: Array) -> tuple[Array, Array, Array]:
    fine, coarse = (_noise(maps, plane, sideways * 2.2, along * 2.0) for plane in (0, 2))
    groove = bell(sideways, 0.03)
    shade = (0.80 + 0.26 * fine + 0.14 * coarse) * (1.0 - 0.35 * groove)
    return (
        FLESH * np.array([1.10, 1.05, 1.05]) * shade[..., None],
        0.08 + 0.32 * ramp(0.1, 0.9, along),
        0.5 - 0.1 * fine,
    )


def _noise(maps: Maps, plane: int, across: Array, down: Array) -> Array:
    at = np.stack([across.ravel(), down.ravel()], 1)
    return sample(maps.noise[..., plane], at, tiled=True).reshape(across.shape)
