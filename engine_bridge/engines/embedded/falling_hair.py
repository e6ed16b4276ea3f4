"""Hair that falls from a parting: strands run from the parting over the skull, cover the ears, and hang down freely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.facemap import AXIS_Z_DM, RADIUS_DM, unroll
from engine_bridge.engines.embedded.hair import NEUTRAL, hairline
from engine_bridge.engines.embedded.skull import CENTRE_DM, Skull

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

STRANDS = 41
"""Strands a side, from the edge beside the face to the middle of the back; both sides share the last one."""
SKULL_ROWS, FALL_ROWS = 12, 16
BINDINGS = 8  # skin points that a hair point follows
EDGE_AZIMUTH = float(np.radians(42.0))
"""Where the front edge leaves the hairline at the height of CENTRE_DM: the corner of the forehead."""
WHORL = (np.radians(104.0), np.radians(100.0))
"""Strands that land behind the first azimuth start from the crown, at the second angle in the middle plane."""
ROLL_DM = 0.15
"""Within this distance of the front edge the sheet rolls in and ends under the skin."""
SUNK_DM = 0.03
CLEARANCE_DM = 0.02
FLATTENED = 0.9
"""Share of what an ear stands out that is pressed in."""


@dataclass(frozen=True)
class Fall:
    """One cut; lengths in dm."""

    parting_dm: float
    """Where the parting lies, towards the character's left."""
    top_dm: float
    """How far the sheet stands off the crown."""
    side_dm: float
    """How far it stands off the sides."""
    front_end_y: float
    """Height at which the front edge ends."""
    back_end_y: float
    hug: tuple[float, float]
    """By how much it may draw in towards the neck, dm a dm of fall: beside the face, and at the back."""
    belly: float
    """How much further it stands off on its way down, a share of `side_dm`."""
    wave_dm: float
    """How far its locks swing in and out on their way down."""
    curl_dm: float
    """How far the tips turn in."""
    sweep: float
    """0: the front edge follows the hairline; 1: it runs straight over the corner of the forehead."""
    ragged: float
    """How uneven the tips are, 1 for a plain cut."""


FALLS: dict[str, Fall] = {
    "medium": Fall(0.16, 0.17, 0.17, 6.20, 6.22, (0.06, 0.30), 0.30, 0.014, 0.10, 0.30, 0.8),
    "long": Fall(0.0, 0.15, 0.16, 5.35, 5.25, (0.04, 0.20), 0.25, 0.030, 0.0, 0.12, 1.6),
}


class FallingHair:
    """One cut's sheet on the neutral head: rows along the strands, columns from the left edge around the back."""

    def __init__(self, fall: Fall, skull: Skull, rest: Array, ears: Array) -> None:
        """`rest` (N, 3): the coarse level's neutral points; `ears` (N,) in 0..1."""
        self._rest = rest.astype(np.float32)
        left, right = (self._half(fall, skull, side) for side in (1.0, -1.0))
        # The strand in the middle of the back belongs to both.
        base, outward, thick = (np.concatenate([a, b[:, -2::-1]], 1) for a, b in zip(left[:3], right[:3], strict=True))
        across = np.concatenate([left[3], 2 * left[3][-1] - left[3][-2::-1]])
        edge = np.minimum(across, across[-1] - across)
        shape = base.shape[:2]
        self.rows, self.columns = shape
        roll = np.clip(edge / ROLL_DM, 0.0, 1.0)
        roll = np.sqrt(1.0 - (1.0 - roll) ** 2)
        self._outward = outward.astype(np.float32)
        self._base = base.astype(np.float32)
        self._thick = (thick * roll).astype(np.float32)
        self._sunk = (SUNK_DM * (1.0 - roll)).astype(np.float32)[None, :]
        self._bind(base, rest, ears)
        self._follow_hairline(base, edge)
        along = np.concatenate([np.zeros((1, shape[1])), np.linalg.norm(np.diff(base, axis=0), axis=2).cumsum(0)])
        left_over = along[-1] - along
        place = [np.broadcast_to(across, shape), along, left_over, np.broadcast_to(edge, shape)]
        self.place: Floats = np.stack(place, -1).reshape(-1, 4).astype(np.float32)
        """(H, 4) across the strands, along them, what is left of them, and from the front edge; dm."""

    def triangles(self) -> npt.NDArray[np.int32]:
        """(T, 3), front faces outside."""
        row: Ints = np.arange(self.rows * self.columns, dtype=np.int64).reshape(self.rows, self.columns)
        quads = np.stack([row[:-1, :-1], row[1:, :-1], row[1:, 1:], row[:-1, 1:]], -1).reshape(-1, 4)
        return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)

    def follow(self, points: Floats, named: Mapping[str, float]) -> Floats:
        """(H, 9) points, normals and directions of the strands on a head with coarse points (N, 3).

        Of the parameters in `named`, `hair.volume` scales how far it stands off, and the front edge moves with the
        hairline.
        """
        from scipy.ndimage import gaussian_filter

        moved = (points - self._rest)[self._bound].mean(1).reshape(self.rows, self.columns, 3)
        at = self._base + gaussian_filter(moved, (1.5, 1.5, 0.0), mode="nearest")
        grown = hairline(self._edge_arc, named) - hairline(self._edge_arc, NEUTRAL)
        at += self._uphill * grown[:, :, None].astype(np.float32)
        # A cheek or jaw that grew more than what the sheet follows pushes it out.
        near = points[self._close]
        clear = np.einsum("hk,hnk->hn", self._outward.reshape(-1, 3), at.reshape(-1, 1, 3) - near)
        short = np.maximum(self._clear - clear, 0.0).max(1).reshape(self.rows, self.columns)
        short = np.maximum(short, gaussian_filter(short, (2.0, 2.0), mode="nearest"))
        stands_off = short + self._thick * (1.0 + 0.45 * named["hair.volume"]) - self._sunk
        at += self._outward * stands_off[..., None]
        half = self.columns // 2
        at[0, :half] = at[0, :half:-1] = 0.5 * (at[0, :half] + at[0, :half:-1])
        down, along = np.gradient(at, axis=0), np.gradient(at, axis=1)
        # At the crown strands leave from one point, and there is no across.
        normal = np.cross(down, along) + np.float32(1e-6) * self._outward
        both = [part / np.maximum(np.linalg.norm(part, axis=-1, keepdims=True), 1e-9) for part in (normal, down)]
        return np.concatenate([at, *both], -1).reshape(-1, 9).astype(np.float32)

    def _half(self, fall: Fall, skull: Skull, side: float) -> tuple[Array, Array, Array, Array]:
        """Points (R, S, 3), ways outward (R, S, 3), thickness (R, S) and place across the strands (S,) of one side."""
        # Here and below: an engine that draws short hair does not wait for half of scipy when it starts.
        from scipy.ndimage import gaussian_filter

        share = np.linspace(0.0, 1.0, STRANDS) ** 1.5  # closer at the front, where the sheet rolls in
        azimuth = EDGE_AZIMUTH + (np.pi - EDGE_AZIMUTH) * share
        front = np.arctan2(7.985 - CENTRE_DM[1], 1.42 - AXIS_Z_DM)
        back = np.clip((azimuth - EDGE_AZIMUTH) / (WHORL[0] - EDGE_AZIMUTH), 0.0, 1.0)
        rise = front + (WHORL[1] - front) * back
        aside = fall.parting_dm * (1.0 - back**3)
        root = np.stack([aside, np.sin(rise), np.cos(rise)], -1)
        root /= np.linalg.norm(root, axis=1, keepdims=True)
        land = np.stack([side * np.sin(azimuth), np.zeros(STRANDS), np.cos(azimuth)], -1)
        w = np.linspace(0.0, 1.0, SKULL_ROWS)[:, None] ** 1.3
        way = _arc(root[None], land[None], w[..., None])
        # The front edge follows the hairline instead of the shortest way, and its neighbours follow it in part.
        edge = self._along_hairline(fall, skull, side, w[:, 0])
        drawn = (1.0 - _ramp(0.0, 0.30, share)) * (1.0 - fall.sweep)
        way = way + drawn[None, :, None] * (edge[:, None] - way)
        way /= np.linalg.norm(way, axis=-1, keepdims=True)
        dome = CENTRE_DM + skull.dome_radius(way)[..., None] * way
        upward = np.clip(way[..., 1:2], 0.0, 1.0)[..., 0]
        from_root = np.linalg.norm(np.diff(dome, axis=0), axis=2).cumsum(0)
        from_root = np.concatenate([np.zeros((1, STRANDS)), from_root])
        dome_thick = (fall.side_dm + (fall.top_dm - fall.side_dm) * upward) * (1.0 - 0.8 * np.exp(-from_root / 0.10))

        u = np.linspace(0.0, 1.0, FALL_ROWS + 1)[1:, None]
        end = fall.front_end_y + (fall.back_end_y - fall.front_end_y) * _ramp(0.0, 0.5, share)
        height = CENTRE_DM[1] + u * (end - CENTRE_DM[1])
        hug = fall.hug[0] + (fall.hug[1] - fall.hug[0]) * _ramp(0.2, 0.8, share)
        radius = np.empty((FALL_ROWS, STRANDS))
        above, above_y = skull.dome_radius(land), np.full(STRANDS, CENTRE_DM[1])
        for row in range(FALL_ROWS):
            least = above - hug * (above_y - height[row])
            radius[row] = np.maximum(skull.girth(side * azimuth, height[row]), least)
            above, above_y = radius[row], height[row]
        radius -= fall.curl_dm * u**3
        fall_way = np.broadcast_to(land, (FALL_ROWS, STRANDS, 3))
        hanging = radius[..., None] * land + np.array([0.0, 0.0, AXIS_Z_DM])
        hanging[..., 1] = height
        across = RADIUS_DM * (azimuth - EDGE_AZIMUTH)
        thick = np.broadcast_to(fall.side_dm * (1.0 + fall.belly * np.sin(np.pi * u**0.8)), radius.shape)
        # Locks swing one after the other.
        swing = np.sin(7.5 * (CENTRE_DM[1] - height) + 13.0 * across + 2.0 * side + 1.7 * np.sin(4.0 * across))
        thick = thick + fall.wave_dm * np.minimum(3.0 * u, 1.0) * swing
        base = np.concatenate([dome, hanging])
        # The rows bend softly where the strands leave the skull.
        base[1:] = gaussian_filter(base, (1.6, 0.0, 0.0), mode="nearest")[1:]
        return base, np.concatenate([way, fall_way]), np.concatenate([dome_thick, thick]), across

    def _along_hairline(self, fall: Fall, skull: Skull, side: float, w: Array) -> Array:
        """(R, 3) directions from CENTRE_DM along the neutral hairline, from the parting to where the edge leaves it."""
        arc = np.linspace(fall.parting_dm, side * RADIUS_DM * EDGE_AZIMUTH, 200)
        height = np.maximum(hairline(np.abs(arc), NEUTRAL), CENTRE_DM[1])
        gone = np.concatenate([[0.0], np.hypot(np.diff(arc), np.diff(height)).cumsum()])
        # numpy's overloads of interp leave its type unknown.
        both: list[Any] = [np.interp(w * gone[-1], gone, values) for values in (arc, height)]
        return skull.towards(np.asarray(both[0], np.float64) / RADIUS_DM, np.asarray(both[1], np.float64))

    def _bind(self, base: Array, rest: Array, ears: Array) -> None:
        """Which skin points each hair point follows, and which it must stay outside of."""
        from scipy.spatial import KDTree

        at = base.reshape(-1, 3)
        arc = unroll(rest)[:, 0]
        outer = np.flatnonzero(((ears < 0.05) | (arc > 1.5)) & (rest[:, 1] > 6.45) & (rest[:, 1] < 8.5))
        tree = KDTree(rest[outer])
        _, near = tree.query(at * [1, 0, 1] + np.maximum(at, 6.6) * [0, 1, 0], k=BINDINGS)
        self._bound = outer[near]
        distance, near = tree.query(at, k=BINDINGS)
        self._close = outer[near]
        out = self._outward.reshape(-1, 3).astype(np.float64)
        clear = np.einsum("hk,hnk->hn", out, at[:, None] - rest[self._close])
        # What is far from a point does not touch it.
        self._clear = np.where(distance < 0.25, np.minimum(clear, CLEARANCE_DM), -9.0)

    def _follow_hairline(self, base: Array, edge: Array) -> None:
        """How far each point goes up the forehead for a decimetre of hairline, and the arc at which it reads that."""
        arc = np.abs(np.arctan2(base[..., 0], base[..., 2] - AXIS_Z_DM)) * RADIUS_DM
        near = np.exp(-np.square(edge / 0.30))[None, :] * _ramp(7.35, 7.60, base[..., 1])
        slope = np.array([0.0, 1.0, -0.45])
        self._edge_arc = arc
        self._uphill = (near[..., None] * slope).astype(np.float32)


def _ramp(low: float, high: float, x: Array) -> Array:
    u = np.clip((x - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def _arc(start: Array, end: Array, w: Array) -> Array:
    """Unit vectors on the great circle from `start` to `end` (Shoemake, 1985)."""
    angle = np.arccos(np.clip((start * end).sum(-1, keepdims=True), -1.0, 1.0))
    return (np.sin((1 - w) * angle) * start + np.sin(w * angle) * end) / np.sin(angle)


class HiddenEars:
    """Presses the ears of one mesh level against the head, where hair lies over them."""

    def __init__(self, rest: Array, ears: Array) -> None:
        """`rest` (N, 3): the level's neutral points; `ears` (N,) in 0..1."""
        arc = unroll(rest)[:, 0]
        self._sides: list[tuple[float, Ints, Floats]] = []
        for sign in (1.0, -1.0):
            rows = np.flatnonzero((ears > 0.05) & (arc < 1.5) & (rest[:, 0] * sign > 0.0))
            share = FLATTENED * _ramp(0.05, 0.6, ears[rows])
            self._sides.append((sign, rows, share.astype(np.float32)))

    def press(self, points: Floats) -> None:
        """Move a level's points (N, 3) in place."""
        for sign, rows, share in self._sides:
            x = points[rows, 0] * np.float32(sign)
            root = np.quantile(x, 0.06).astype(np.float32)
            points[rows, 0] = np.float32(sign) * (x + share * np.minimum(root - x, 0.0))
