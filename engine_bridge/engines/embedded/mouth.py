"""What an expression may show behind the lips: two rows of teeth, the tongue, and the skin that lines the mouth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.assets import read_asset
from engine_bridge.engines.embedded.expression import mixes
from engine_bridge.engines.embedded.face_units import (
    JAW_FORWARD_DM,
    JAW_SIDEWAYS_DM,
    JAW_YAW_DEG,
    jaw_turn,
    load_units,
    mask_at_vertices,
    turned,
)
from engine_bridge.engines.embedded.mesh import SKIN, HeadAsset, head_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.teeth import TeethRow
from engine_bridge.engines.embedded.tongue import Tongue
from engine_bridge.scene import BLENDSHAPES

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

JAW_UNITS = ("mouth-open", "jaw-forward", "jaw-left", "jaw-right")
PARTED = 0.45
"""How far the jaw opens at least, as a weight of jawOpen, for a tongue that is out."""
TONGUE_SINKS_DM = 0.07
"""How much lower it lies in a wide open mouth than the jaw takes it."""
TEETH, TONGUE = 0.0, 1.0
"""What a point belongs to, as the shader is told."""


@dataclass(frozen=True)
class MouthShape:
    """One face's mouth, ready to be drawn."""

    model: Mouth
    surface: Floats
    """(K, 6) points and normals."""
    opening: tuple[float, float, float, float, float]
    """The gap between the lips: x and z of its middle, lower and upper y, and half its width; dm."""
    tongue_out: float
    """In [0, 1]."""


def settled(weights: Array) -> Array:
    """Expression weights (52,) as a mouth can take them.

    The jaw opens as far as the tongue needs, and lips close no further than the jaw has opened them (mouthClose is
    meant for use with jawOpen): over a closed jaw they would pass each other.
    """
    jaw, tongue, close = (BLENDSHAPES.index(name) for name in ("jawOpen", "tongueOut", "mouthClose"))
    found = weights.copy()
    found[jaw] = max(weights[jaw], PARTED * weights[tongue])
    found[close] = min(weights[close], found[jaw] - PARTED * weights[tongue])
    return found


class Mouth:
    """Teeth and tongue on any face, and which quads of the head are the lining; it reads its data when it is made."""

    def __init__(self, asset: HeadAsset, neutral: Array) -> None:
        """`neutral` (V, 3): control points of the head's neutral face. EngineError when a data file is damaged."""
        data = read_asset("mouth.npz")
        inside = head_asset(data)
        self._morph = Morpher(inside)
        rest = self._morph.neutral
        self._rows = [
            TeethRow(rest, data[f"{name}_teeth"].astype(np.int64), name == "upper") for name in ("upper", "lower")
        ]
        self._tongue = Tongue(inside, rest)
        self._tongue_rest = rest[self._tongue.points]
        units = load_units(asset, neutral)
        self._lay_out_jaw(units.deltas["mouth-open"], neutral, rest)
        lined = mask_at_vertices(asset, units.inside_mouth) > 0.5
        self.lining: npt.NDArray[np.bool_] = (asset.parts == SKIN) & lined[asset.quads].all(1)
        """(F,) quads of the control mesh."""
        rim = np.intersect1d(asset.quads[self.lining], asset.quads[(asset.parts == SKIN) & ~self.lining])
        opens = units.deltas["mouth-open"][:, 1] < -0.1
        self._upper_rim, self._lower_rim = rim[~opens[rim]], rim[opens[rim]]
        lips = mask_at_vertices(asset, asset.masks[..., 0]) > 0.5
        self._lower_lip: Ints = np.flatnonzero(lips & opens & (np.abs(neutral[:, 0]) < 0.06))
        self.place = self._places()
        """(K, 4) what it is, then: teeth: tooth, place across the row, 1 for the upper row; tongue: see `Tongue`."""
        starts = np.cumsum([0, *(len(row.place) for row in self._rows)])
        parts = [*(row.triangles for row in self._rows), self._tongue.triangles]
        self.triangles: npt.NDArray[np.int32] = np.concatenate(
            [part + np.int32(start) for part, start in zip(parts, starts, strict=True)]
        )

    def shape(self, vector: npt.NDArray[np.float32], base: int, control: Array, weights: Array) -> MouthShape:
        """A face's mouth from its parameters, its moved control points (V, 3) and expression weights (52,)."""
        points = self._morph.points(vector, base)
        given = np.clip(weights, 0.0, 1.0)
        jaw = {unit: float(self._jaw_weights[unit] @ given) for unit in JAW_UNITS}
        upper, lower = (row.placed(points) for row in self._rows)
        lower = lower + self._moved(self._lower_moves, jaw)
        out = float(given[BLENDSHAPES.index("tongueOut")])
        tongue = points[self._tongue.points]
        carried = tongue + self._tongue.jaw[:, None] * self._moved(self._tongue_moves, jaw)
        carried[:, 1] -= TONGUE_SINKS_DM * min(jaw["mouth-open"], 1.0) * self._tongue.jaw
        lip = control[self._lower_lip]
        top = np.array([lip[:, 0].mean(), lip[:, 1].max(), lip[lip[:, 1].argmax(), 2]])
        surface, normals = self._tongue.surface(self._tongue.out(tongue, carried, top, out))
        at = np.concatenate([upper, lower, surface])
        facing = np.concatenate([*(row.normals(g) for row, g in zip(self._rows, (upper, lower), strict=True)), normals])
        return MouthShape(self, np.concatenate([at, facing], 1).astype(np.float32), self._opening(control), out)

    def _opening(self, control: Array) -> tuple[float, float, float, float, float]:
        above, below = control[self._upper_rim], control[self._lower_rim]
        both = np.concatenate([above, below])
        x, width = 0.5 * (both[:, 0].max() + both[:, 0].min()), 0.5 * np.ptp(both[:, 0])
        middle = (np.abs(rim[:, 0] - x) < 0.5 * width for rim in (above, below))
        top, bottom = (float(rim[near, 1].mean()) for rim, near in zip((above, below), middle, strict=True))
        return float(x), float(both[:, 2].max()), bottom, top, float(width)

    def _lay_out_jaw(self, opened: Array, neutral: Array, rest: Array) -> None:
        """How lower teeth and tongue move with each of the jaw's units, as the chin does."""
        angle, pivot = jaw_turn(neutral, opened)

        def moves(points: Array) -> Mapping[str, Array]:
            yaw = turned(points - pivot, float(np.radians(JAW_YAW_DEG)), (2, 0)) - (points - pivot)
            aside = yaw + np.array([JAW_SIDEWAYS_DM, 0.0, 0.0])
            return {
                "mouth-open": turned(points - pivot, angle, (1, 2)) - (points - pivot),
                "jaw-forward": np.broadcast_to([0.0, 0.0, JAW_FORWARD_DM], points.shape),
                "jaw-left": aside,
                "jaw-right": -aside,
            }

        self._lower_moves = moves(self._rows[1].placed(rest))
        self._tongue_moves = moves(self._tongue_rest)
        self._jaw_weights = {
            unit: np.array([sum(w for name, _, w in parts if name == unit) for parts, _ in mixes().values()])
            for unit in JAW_UNITS
        }

    @staticmethod
    def _moved(moves: Mapping[str, Array], weights: Mapping[str, float]) -> Array:
        return sum((moves[unit] * weight for unit, weight in weights.items()), np.zeros(3))

    def _places(self) -> Floats:
        found: list[Array] = []
        for row, upper in zip(self._rows, (1.0, 0.0), strict=True):
            count = len(row.place)
            found.append(np.concatenate([np.full((count, 1), TEETH), row.place, np.full((count, 1), upper)], 1))
        tongue = self._tongue.place
        found.append(np.concatenate([np.full((len(tongue), 1), TONGUE), tongue], 1))
        return np.concatenate(found).astype(np.float32)
