"""The hair as a mesh of its own that follows the head under every morph target: a short sheet, or falling strands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.facemap import RADIUS_DM
from engine_bridge.engines.embedded.falling_hair import FALLS, FallingHair
from engine_bridge.engines.embedded.gltf.hair_paint import HairPicture, falling_picture, short_picture
from engine_bridge.engines.embedded.hair import STYLES, HairSheet
from engine_bridge.engines.embedded.maps import Maps
from engine_bridge.engines.embedded.skull import Skull

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

# Below this a difference of two float32 places is rounding: a micrometre.
SILENT_DM = 1e-5


@dataclass(frozen=True)
class HairMesh:
    """One style for one face's sliders; H vertices."""

    follow: Callable[[Floats], Array]
    """Coarse head points (N, 3) dm -> (H, 6) the hair's points in dm and their normals, as the engine places them."""
    triangles: npt.NDArray[np.int64]
    """(T, 3)"""
    uvs: Array
    """(H, 2) v from the top."""
    picture: Callable[[int], HairPicture]
    """Width and height in pixels -> what the strands look like over `uvs`."""

    def displacements(self, rest: Array, deltas: Iterable[Array]) -> list[Array]:
        """(H, 3) dm for each (N, 3) by which a target moves the coarse points `rest` (N, 3)."""
        before = self.follow(rest.astype(np.float32))[:, :3]
        found: list[Array] = []
        for delta in deltas:
            moved = self.follow((rest + delta).astype(np.float32))[:, :3] - before
            found.append(np.where(np.abs(moved) < SILENT_DM, 0.0, moved))
        return found


def hair_mesh(
    style: str, rest: Array, ears: Array, maps: Maps, named: Mapping[str, float], colour: Array
) -> HairMesh | None:
    """The mesh of a style, or None for one that is only painted on the scalp.

    `rest` (N, 3) are the coarse level's neutral points, `ears` (N,) in 0..1, `named` the sliders in -1..1, `colour` the
    hair's, (3,) in linear light.
    """
    skull = Skull.load()
    if style in FALLS:
        hair = FallingHair(FALLS[style], skull, rest, ears)
        place = hair.place.astype(np.float64)
        # Texture across and along the strands; how long each is decides where its tip lies.
        ends = place[:, 1] + place[:, 2]
        across, size = place[:, 0], (float(place[:, 0].max()), float(ends.max()))
        order = np.unique(across, return_index=True)[1]

        def falling(size_px: int) -> HairPicture:
            return falling_picture(FALLS[style].ragged, size, (across[order], ends[order]), maps, colour, size_px)

        return _made(hair.triangles(), place[:, :2] / size, lambda points: hair.follow(points, named), falling)
    if STYLES[style].top_dm <= 0.0:
        return None
    sheet = HairSheet(skull, rest)
    place = sheet.place(style).astype(np.float64)
    triangles = sheet.triangles(style)
    low, high = (float(edge) for edge in (place[triangles, 1].min(), place[triangles, 1].max()))

    def short(size_px: int) -> HairPicture:
        return short_picture(STYLES[style], (low, high), maps, named, colour, size_px)

    # Both sides of the head share the texture, as they share the engine's strands.
    uvs = np.stack([place[:, 0] / (RADIUS_DM * np.pi), (high - place[:, 1]) / (high - low)], 1)
    return _made(triangles, uvs, lambda points: sheet.follow(style, points, named), short)


def _made(
    triangles: npt.NDArray[np.int32],
    uvs: Array,
    follow: Callable[[Floats], Floats],
    picture: Callable[[int], HairPicture],
) -> HairMesh:
    """The mesh of those points that the triangles use."""
    used, drawn = np.unique(triangles, return_inverse=True)

    def placed(points: Floats) -> Array:
        found = follow(points)[used, :6].astype(np.float64)
        length = np.linalg.norm(found[:, 3:], axis=1, keepdims=True)
        # Where a sheet closes to a point it has no normal.
        unit = np.where(length > 1e-3, found[:, 3:] / np.maximum(length, 1e-3), np.array([0.0, 1.0, 0.0]))
        return np.concatenate([found[:, :3], unit], 1)

    return HairMesh(placed, drawn.reshape(triangles.shape).astype(np.int64), uvs[used], picture)
