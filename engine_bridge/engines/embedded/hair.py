"""Hair with a volume: a sheet over the skull, cut by the hairline, that ends at the nape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.facemap import AXIS_Z_DM, RADIUS_DM
from engine_bridge.engines.embedded.skull import AZIMUTH, CENTRE_DM, COLUMNS, DOME_ROWS, ELEVATION, HEIGHTS_DM, Skull

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.floating[Any]]

FALL_ROWS = 15


@dataclass(frozen=True)
class HairStyle:
    """One cut; lengths in dm."""

    scalp_dm: float
    """Thickness of hair painted on the scalp alone: below nought there is none."""
    top_dm: float = 0.0
    """How far the sheet stands off the crown; nought: no sheet."""
    side_dm: float = 0.0
    end_y: float = 6.6
    """Height at which it ends."""
    edge: float = 1.22
    """Arc on the face map where it begins below the temples."""


STYLES: dict[str, HairStyle] = {
    "bald": HairStyle(-1.0),
    "buzz": HairStyle(0.012),
    "short": HairStyle(0.02, 0.160, 0.075, 6.55, 1.44),
    "medium": HairStyle(0.02),
    "long": HairStyle(0.02),
}
"""What falls from a parting, of medium and long hair, is in `falling_hair`."""


class HairSheet:
    """The sheet's grid on the neutral head, bound to the skull so that it follows every morph and bone."""

    def __init__(self, skull: Skull, rest: Array) -> None:
        """`rest` (N, 3): the coarse level's neutral points."""
        self._skull = skull
        self._rest = rest.astype(np.float32)
        self._bound = skull.bound
        self.count = len(skull.bound)
        self._styles = {
            name: tuple(part.astype(np.float32) for part in self.grid(style))
            for name, style in STYLES.items()
            if style.top_dm > 0.0
        }

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles that have a sheet."""
        return tuple(self._styles)

    def place(self, name: str) -> Floats:
        """(H, 2) arc and height of each point, which do not change with the face."""
        return self._styles[name][2]

    def triangles(self, name: str) -> npt.NDArray[np.int32]:
        """(T, 3), without those that no hairline within range leaves visible."""
        style, place = STYLES[name], self._styles[name][2]
        row = np.arange(self.count).reshape(-1, COLUMNS + 1)
        quads = np.stack([row[:-1, :-1], row[1:, :-1], row[1:, 1:], row[:-1, 1:]], -1).reshape(-1, 4)
        s, t = place.T
        line = 7.75 - 0.95 * np.clip((s - 0.40) / 0.40, 0.0, 1.0)
        kept = np.maximum(t - line, s - style.edge) > -0.12
        quads = quads[kept[quads].any(1)]
        return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)

    def follow(self, name: str, points: Floats, named: Mapping[str, float]) -> Floats:
        """(H, 6) points and normals of the sheet on a head with coarse points (N, 3).

        Of the parameters in `named`, `hair.volume` scales how far it stands off the skull; where hair begins, the sheet
        grows out of the scalp, so that nobody looks under it.
        """
        base, off, place = self._styles[name]
        arc, height = place.T
        behind = np.maximum(height - hairline(arc, named), arc - np.float32(STYLES[name].edge))
        risen = np.clip((behind + 0.04) / 0.30, 0.0, 1.0) ** 0.6 * (1.0 + 0.45 * named["hair.volume"])
        at = base + off * risen[:, None].astype(np.float32) + (points - self._rest)[self._bound].mean(1)
        grid = at.reshape(-1, COLUMNS + 1, 3)
        down = np.gradient(grid, axis=0)
        along = np.roll(grid[:, :-1], -1, 1) - np.roll(grid[:, :-1], 1, 1)
        along = np.concatenate([along, along[:, :1]], 1)
        normal = np.cross(down, along)
        normal[0] = (0.0, 1.0, 0.0)
        normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
        return np.concatenate([at, normal.reshape(-1, 3)], 1)

    def grid(self, style: HairStyle) -> tuple[Array, Array, Array]:
        """Points on the skull (H, 3), directions in which they stand off (H, 3), place on the face map (H, 2)."""
        skull = self._skull
        azimuth, elevation = np.meshgrid(AZIMUTH, ELEVATION)
        way = np.stack(
            [np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)], -1
        )
        dome = CENTRE_DM + skull.dome[..., None] * way
        upward = np.sin(elevation)[..., None]
        dome_off = way * (style.side_dm + (style.top_dm - style.side_dm) * upward)
        u = np.linspace(0.0, 1.0, FALL_ROWS + 1)[1:, None]
        height = CENTRE_DM[1] + u * (style.end_y - CENTRE_DM[1])
        # numpy's overloads of interp leave its type unknown.
        columns: list[Any] = [np.interp(height[:, 0], HEIGHTS_DM[::-1], g[::-1]) for g in skull.girths.T]
        around: Array = np.stack(columns, 1)
        start = skull.dome[-1][None]
        radius = np.minimum(around, start)
        outward = np.stack([np.sin(AZIMUTH), np.zeros(COLUMNS + 1), np.cos(AZIMUTH)], -1)
        fall = radius[..., None] * outward + np.array([0.0, 0.0, AXIS_Z_DM])
        fall[..., 1] = height
        fall_off = np.broadcast_to(outward * style.side_dm, fall.shape)
        base = np.concatenate([dome, fall]).reshape(-1, 3)
        off = np.concatenate([dome_off, fall_off]).reshape(-1, 3)
        arc = np.broadcast_to(RADIUS_DM * np.abs(AZIMUTH), (DOME_ROWS + FALL_ROWS, COLUMNS + 1))
        place = np.stack([arc.ravel(), base[:, 1]], 1)
        return base, off, place


def _ramp(low: float, high: float, x: Reals) -> Reals:
    u = np.clip((x - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


NEUTRAL = {"hair.hairline": 0.0, "hair.peak": 0.0, "hair.recession": 0.0}


def hairline(arc: Reals, named: Mapping[str, float]) -> Reals:
    """Height of the hairline over the arc on the face map, both in dm, for parameters in -1..1; as in hairline.glsl."""
    peak = named["hair.peak"]
    grown = 0.2 + (0.2 if peak < 0.0 else 0.8) * peak
    front = 7.985 + 0.13 * named["hair.hairline"] - 0.11 * grown * np.exp(-((arc / 0.075) ** 2))
    temples = (0.03 + 0.15 * named["hair.recession"]) * np.exp(-(((arc - 0.40) / 0.15) ** 2))
    return front + temples - 0.95 * _ramp(0.46, 0.84, arc)
