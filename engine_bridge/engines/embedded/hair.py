"""Hair with a volume: a sheet over the skull, cut by the hairline, that ends at the nape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import KDTree

from engine_bridge.engines.embedded.facemap import AXIS_Z_DM, RADIUS_DM

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

CENTRE_DM = np.array([0.0, 7.45, AXIS_Z_DM])
"""From here the dome is measured; below its height hair falls or follows the neck."""
COLUMNS, DOME_ROWS, FALL_ROWS = 64, 13, 15
BINDINGS = 6  # skull points that a hair point follows


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


class Skull:
    """The neutral head without its ears, as distances from an upright axis and from a point on it."""

    def __init__(self, rest: Array, ears: Array) -> None:
        """`rest` (N, 3): the coarse level's neutral points; `ears` (N,): in 0..1."""
        skull = rest[(ears < 0.05) & (rest[:, 1] > 5.7) & (np.hypot(rest[:, 0], rest[:, 2] - AXIS_Z_DM) < 1.5)]
        self.azimuth = np.linspace(-np.pi, np.pi, COLUMNS + 1)
        self.elevation = np.linspace(np.pi / 2, 0.0, DOME_ROWS)
        self.dome = _radii(skull, self.azimuth, self.elevation)
        """(DOME_ROWS, COLUMNS + 1) distances from CENTRE_DM."""
        self.heights: Array = np.linspace(float(CENTRE_DM[1]), 5.8, 30)
        self.girths = _girths(skull, self.azimuth, self.heights)
        """(30, COLUMNS + 1) distances from the axis."""

    def dome_radius(self, way: Array) -> Array:
        """(...) distance of the skull from CENTRE_DM in unit directions (..., 3) that do not point down."""
        rise = np.arcsin(np.clip(way[..., 1], 0.0, 1.0))
        row = (np.pi / 2 - rise) / (np.pi / 2) * (DOME_ROWS - 1)
        return self._at(self.dome, row, np.arctan2(way[..., 0], way[..., 2]))

    def girth(self, azimuth: Array, height: Array) -> Array:
        """(...) distance of head and neck from the axis; below the last height, its."""
        row = (height - self.heights[0]) / (self.heights[-1] - self.heights[0]) * (len(self.heights) - 1)
        return self._at(self.girths, row, azimuth)

    def towards(self, azimuth: Array, height: Array) -> Array:
        """(N, 3) unit directions from CENTRE_DM to the skull at azimuths and heights (N,) on the dome."""
        rise = np.linspace(0.0, np.pi / 2, 91)
        sine, cosine = np.sin(rise), np.cos(rise)
        found: list[Array] = []
        for angle, wanted in zip(azimuth, height, strict=True):
            way = np.stack([cosine * np.sin(angle), sine, cosine * np.cos(angle)], -1)
            heights = CENTRE_DM[1] + self.dome_radius(way) * sine
            found.append(way[int(np.argmin(np.abs(heights - wanted)))])
        return np.stack(found)

    def _at(self, table: Array, row: Array, azimuth: Array) -> Array:
        column = (azimuth + np.pi) / (2 * np.pi) * COLUMNS
        return map_coordinates(table, [row, column], order=1, mode="nearest")


class HairSheet:
    """The sheet's grid on the neutral head, bound to the skull so that it follows every morph and bone."""

    def __init__(self, skull: Skull, rest: Array, ears: Array) -> None:
        """`rest` (N, 3): the coarse level's neutral points; `ears` (N,): in 0..1."""
        self._skull = skull
        self._rest = rest.astype(np.float32)
        outer = np.flatnonzero((ears < 0.05) & (rest[:, 1] > 6.95))
        base, _, _ = self._grid(STYLES["short"])
        _, near = KDTree(rest[outer]).query(base, k=BINDINGS)
        self._bound: Ints = outer[near]
        self.count = len(base)
        self._styles = {
            name: tuple(part.astype(np.float32) for part in self._grid(style))
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

    def _grid(self, style: HairStyle) -> tuple[Array, Array, Array]:
        """Points on the skull (H, 3), directions in which they stand off (H, 3), place on the face map (H, 2)."""
        skull = self._skull
        azimuth, elevation = np.meshgrid(skull.azimuth, skull.elevation)
        way = np.stack(
            [np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)], -1
        )
        dome = CENTRE_DM + skull.dome[..., None] * way
        upward = np.sin(elevation)[..., None]
        dome_off = way * (style.side_dm + (style.top_dm - style.side_dm) * upward)
        u = np.linspace(0.0, 1.0, FALL_ROWS + 1)[1:, None]
        height = CENTRE_DM[1] + u * (style.end_y - CENTRE_DM[1])
        # numpy's overloads of interp leave its type unknown.
        columns: list[Any] = [np.interp(height[:, 0], skull.heights[::-1], g[::-1]) for g in skull.girths.T]
        around: Array = np.stack(columns, 1)
        start = skull.dome[-1][None]
        radius = np.minimum(around, start)
        outward = np.stack([np.sin(skull.azimuth), np.zeros(COLUMNS + 1), np.cos(skull.azimuth)], -1)
        fall = radius[..., None] * outward + np.array([0.0, 0.0, AXIS_Z_DM])
        fall[..., 1] = height
        fall_off = np.broadcast_to(outward * style.side_dm, fall.shape)
        base = np.concatenate([dome, fall]).reshape(-1, 3)
        off = np.concatenate([dome_off, fall_off]).reshape(-1, 3)
        arc = np.broadcast_to(RADIUS_DM * np.abs(skull.azimuth), (DOME_ROWS + FALL_ROWS, COLUMNS + 1))
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


def _around(angle: Array, other: Array, radius: Array, at: tuple[Array, Array], blur: tuple[float, float]) -> Array:
    """Radius over (azimuth, other) by linear interpolation on the unrolled surface, periodic in azimuth, smoothed."""
    shifts = (-2 * np.pi, 0.0, 2 * np.pi)
    known = np.concatenate([np.stack([angle + shift, other], 1) for shift in shifts])
    values = np.tile(radius, 3)
    grid = np.stack(np.meshgrid(*at), -1)
    found = LinearNDInterpolator(known, values)(grid)
    nearest = NearestNDInterpolator(known, values)(grid)
    found = np.where(np.isnan(found), nearest, found)
    ring = gaussian_filter(found[:, :-1], (blur[0], blur[1]), mode=("nearest", "wrap"))
    return np.concatenate([ring, ring[:, :1]], 1)


def _radii(skull: Array, azimuth: Array, elevation: Array) -> Array:
    """(rows, columns) distance of the dome from CENTRE_DM."""
    away = skull - CENTRE_DM
    distance = np.linalg.norm(away, axis=1)
    upper = away[:, 1] > -0.3
    angle = np.arctan2(away[:, 0], away[:, 2])[upper]
    rise = np.arcsin(away[:, 1] / distance)[upper]
    found = _around(angle, rise, distance[upper], (azimuth, elevation), (0.7, 1.0))
    found[0] = found[0].mean()
    return found


def _girths(skull: Array, azimuth: Array, heights: Array) -> Array:
    """(rows, columns) horizontal distance of head and neck from the axis at each height."""
    x, z = skull[:, 0], skull[:, 2] - AXIS_Z_DM
    return _around(np.arctan2(x, z), skull[:, 1], np.hypot(x, z), (azimuth, heights), (1.0, 1.5))
