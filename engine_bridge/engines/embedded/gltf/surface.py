"""The mesh that is written: the level that the engine draws, one vertex for each texture coordinate of a point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import facemap
from engine_bridge.engines.embedded.gltf import atlas
from engine_bridge.engines.embedded.gltf.lashes import lash_place
from engine_bridge.engines.embedded.gltf.mouth_mesh import LINING_DM
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.mesh import (
    EYE_LEFT,
    EYE_RIGHT,
    LASHES,
    SKIN,
    HeadAsset,
    HeadLevel,
    subdivide_linear,
)
from engine_bridge.engines.embedded.paint import ramp

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

PARTS = {SKIN: "skin", EYE_LEFT: "eye.left", EYE_RIGHT: "eye.right", LASHES: "lashes"}
# Skin that sees less of the sky is a cavity; the nearest visible skin, under the upper lid's fold, sees more.
CAVITY_SKY = 0.10
EARS_DM = 0.90
"""Arc from which on skin is an ear's or behind it, whose folds hide no other place of the map that is seen."""


class Surface:
    """The coarse level or, `refined`, the subdivided one, laid out for the textures."""

    def __init__(
        self, asset: HeadAsset, neutral: Array, maps: Maps, lining: npt.NDArray[np.bool_], refined: bool = False
    ) -> None:
        """`neutral` (V, 3) control points, `Morpher.neutral`; `lining` (F,) control quads of the mouth's inside."""
        self.level = level = HeadLevel(asset, refined)
        self.rest = np.asarray(level.smooth @ neutral)
        """(N, 3) the neutral face's points."""
        self.unrolled = facemap.unroll(self.rest)
        """(N, 2) arc from the face's middle and height, dm."""
        sky = maps.occlusion[: level.count]
        facing = level.normals(self.rest.astype(np.float32))
        self.open: Array = np.clip(sky[:, 0] + 0.66 * np.einsum("nk,nk->n", sky[:, 1:], facing), 0.0, 1.0)
        """(N,) how much of the sky a point sees, as `lighting.glsl` takes it."""
        lining = np.repeat(lining, len(level.quads) // len(asset.quads))
        corners, uvs = level.quads, self._corner_uvs(asset, maps, lining, refined)
        key = np.round(uvs.reshape(-1, 2) * (1 << 20)).astype(np.int64)
        whole = np.concatenate([corners.reshape(-1, 1), key], 1)
        _, first, drawn = np.unique(whole, axis=0, return_index=True, return_inverse=True)
        self.rows = corners.ravel()[first]
        """(D,) the point of each vertex."""
        self.uvs = uvs.reshape(-1, 2)[first]
        """(D, 2) texture coordinates, v from the top."""
        quads = drawn.reshape(corners.shape)
        self.triangles = {part: _split(quads[level.parts == part]) for part in PARTS}
        """Part -> (T, 3) vertices."""

    def _corner_uvs(self, asset: HeadAsset, maps: Maps, lining: npt.NDArray[np.bool_], refined: bool) -> Array:
        level = self.level
        uvs, uv_quads = asset.uvs, asset.uv_quads
        if refined:
            to_uv, uv_quads = subdivide_linear(len(uvs), uv_quads)
            uvs = np.asarray(to_uv @ uvs)
        found = uvs[uv_quads] * np.array([1.0, -1.0]) + np.array([0.0, 1.0])
        for part in (EYE_LEFT, EYE_RIGHT):
            # An eye's island in the data's own layout: it fills a texture of its own.
            island = found[level.parts == part]
            low, high = island.min((0, 1)), island.max((0, 1))
            found[level.parts == part] = (island - low) / (high - low)
        lashes = level.parts == LASHES
        ball = self.rest[level.part_points(EYE_LEFT)]
        found[lashes] = lash_place(self.rest[level.quads[lashes]], (ball.min(0) + ball.max(0)) / 2.0)
        skin = np.flatnonzero(level.parts == SKIN)
        quads = level.quads[skin]
        # No quad crosses the face's middle plane, so each belongs to one side, also at the seam behind.
        side = np.where(self.rest[quads, 0].mean(1) < 0.0, -1.0, 1.0)
        arc, height = self.unrolled[quads, 0] * side[:, None], self.unrolled[quads, 1]
        found[skin] = atlas.place(arc.ravel(), height.ravel()).reshape(-1, 4, 2)
        dark = (maps.occlusion[quads, 0].mean(1) < CAVITY_SKY) & (self.unrolled[quads, 0].mean(1) < EARS_DM)
        self.cavity = skin[dark | lining[skin]]
        """(K,) the quads that lie on the palette."""
        inside = level.quads[self.cavity].ravel()
        lips = sample(maps.regions[..., 0], facemap.to_texture(self.unrolled[inside]), tiled=False)
        mouth = np.repeat(lining[self.cavity], 4)
        light = np.where(mouth, ramp(*LINING_DM, self.rest[inside, 2]), self.open[inside] ** 2)
        found[self.cavity] = atlas.palette(light, np.where(mouth, atlas.MOUTH, lips * atlas.LIPS)).reshape(-1, 4, 2)
        return found

    def points(self, control: Array) -> Array:
        """Control quantities (V, K) at the surface's own points (N, K)."""
        return np.asarray(self.level.smooth @ control)

    def vertices(self, control: Array) -> Array:
        """Control quantities (V, K) at the vertices that are written (D, K)."""
        return self.points(control)[self.rows]

    def normals(self, points: Array) -> Floats:
        """(D, 3) unit normals at points (N, 3), shared by the vertices of one point."""
        found = self.level.normals(points.astype(np.float32))[self.rows]
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def _split(quads: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
