"""What every exported head shares, whatever its face: mesh, layout, rig, and the textures' slow planes; made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.expression import Expressions
from engine_bridge.engines.embedded.facemap import to_texture
from engine_bridge.engines.embedded.gltf.skeleton import Skeleton
from engine_bridge.engines.embedded.gltf.skin import Slow, slow
from engine_bridge.engines.embedded.gltf.surface import Surface
from engine_bridge.engines.embedded.maps import Maps, load_maps, sample
from engine_bridge.engines.embedded.mesh import LASHES, SKIN, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.mouth import Mouth

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shared:
    """One level of detail."""

    maps: Maps
    morph: Morpher
    expressions: Expressions
    mouth: Mouth
    surface: Surface
    ears: Array
    """(N,) in 0..1."""
    coarse: int
    """How many of the surface's points, the first of them, are the coarse level's."""
    skeleton: Skeleton
    slowly: Slow


@lru_cache(maxsize=2)
def shared(refined: bool) -> Shared:
    """Of the coarse or the refined level; raises EngineError when the head's data cannot be read."""
    asset, maps = load_asset(), load_maps()
    morph = Morpher(asset)
    mouth = Mouth(asset, morph.neutral)
    surface = Surface(asset, morph.neutral, maps, mouth.lining, refined)
    movable = np.zeros(len(asset.vertices), bool)
    movable[np.unique(asset.quads[(asset.parts == SKIN) | (asset.parts == LASHES)])] = True
    return Shared(
        maps,
        morph,
        Expressions(asset, morph.neutral),
        mouth,
        surface,
        sample(maps.regions[..., 3], to_texture(surface.unrolled), tiled=False),
        len(asset.vertices),
        Skeleton(morph.neutral, movable, surface.points),
        slow(surface, maps),
    )
