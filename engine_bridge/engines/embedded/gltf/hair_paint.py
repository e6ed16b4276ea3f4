"""Strands of hair as textures: colour, cover and relief; short hair as in hair.frag, long as in falling_hair.frag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.facemap import RADIUS_DM
from engine_bridge.engines.embedded.hair import HairStyle, hairline
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.paint import ramp

Array = npt.NDArray[np.float64]

CUTOFF = 0.5
# How fast cover falls about an edge: over two texels or so, so that mipmaps keep the cut where it is.
COVER_PER_DM = 50.0


@dataclass(frozen=True)
class HairPicture:
    """(n, n) or (n, n, K), rows from the top."""

    colour: Array
    """Linear light; what the shaders take for the light between strands is in it, since a sheet has no depth."""
    cover: Array
    """Cut at CUTOFF."""
    tilt: Array
    """(n, n, 2) the normal's slope towards +u and down."""


def short_picture(
    style: HairStyle,
    heights: tuple[float, float],
    maps: Maps,
    named: Mapping[str, float],
    hair: Array,
    size_px: int,
) -> HairPicture:
    """Across lies the arc from the middle to the back, down the height between `heights`, lowest and highest, dm."""
    middle = (np.arange(size_px) + 0.5) / size_px
    arc, height = np.meshgrid(middle * RADIUS_DM * np.pi, heights[1] - middle * (heights[1] - heights[0]))
    lie = height - 0.25 * arc
    fine = _read(maps.tile[..., 1], arc * 1.7 + 0.06 * height, lie * 0.22)
    coarse = _read(maps.noise[..., 3], arc * 0.62 + 0.11 * height, lie * 0.30 + 0.37)
    strand = 0.55 * fine + 0.45 * coarse
    front = height - np.maximum(hairline(arc, named) - 0.015, 7.30)
    behind = np.maximum(front, np.minimum(arc - style.edge, height - 6.0))
    inside = np.minimum(behind + 0.10 * (strand - 0.55), height - style.end_y - 0.10 * strand)
    light = (0.60 + 0.40 * ramp(0.0, 0.16, behind)) * (0.62 + 0.38 * ramp(0.10, 0.65, strand))
    tilt = np.stack([-0.5 * (strand - 0.5), np.zeros_like(strand)], -1)
    return HairPicture(hair * ((0.75 + 0.65 * strand) * light)[..., None], _cover(inside), tilt)


def falling_picture(
    ragged: float, size: tuple[float, float], ends: tuple[Array, Array], maps: Maps, hair: Array, size_px: int
) -> HairPicture:
    """Across lies the way from the left front edge around the back, down the way along the strands; `size` of both, dm.

    `ends` says at which places across (C,) strands end how far down (C,).
    """
    middle = (np.arange(size_px) + 0.5) / size_px
    place, along = np.meshgrid(middle * size[0], middle * size[1])
    left_over = np.interp(place, *ends) - along
    from_edge = np.minimum(place, size[0] - place)
    across = place + 0.022 * np.sin(2.1 * along + 3.0 * place) + 0.010 * np.sin(5.3 * along - 9.0 * place)
    large, large_lock = _lock(across, 0.21)
    small, small_lock = _lock(across + 0.02, 0.073)
    fine = _read(maps.tile[..., 1], across * 1.7, along * 0.16)
    coarse = _read(maps.noise[..., 3], across * 0.62 + 0.02 * along, along * 0.10 + 0.37)
    strand = 0.5 * fine + 0.5 * coarse
    cut = 0.09 * large**2 + 0.10 * _chance(large_lock) + 0.05 * np.abs(small) + 0.06 * _chance(small_lock + 7.0)
    stray = ramp(0.4, 1.4, along) * _read(maps.noise[..., 2], from_edge * 0.9, along * 0.13 + 0.2)
    # The shader fades over this width; a cut lies in its middle.
    soft = 0.030 - 0.020 * ramp(0.3, 0.7, along)
    front = from_edge - 0.030 * (1.0 - strand) - 0.085 * stray**2 - 0.5 * soft
    loose = ramp(0.10, 0.9, along)
    between = 1.0 - loose * (0.30 * ramp(0.55, 1.0, np.abs(large)) + 0.16 * ramp(0.5, 1.0, np.abs(small)))
    light = between * (0.55 + 0.45 * ramp(0.0, 0.22, along)) * (0.55 + 0.45 * ramp(0.0, 0.10, from_edge))
    light *= 0.66 + 0.34 * ramp(0.15, 0.65, strand)
    shade = 0.72 + 0.62 * strand + 0.14 * (_chance(large_lock + 3.0) - 0.5)
    # The shader bends the normal towards the cross product of strand and normal, which is -u here.
    bent = loose * (0.42 * large + 0.20 * small) + 0.35 * (strand - 0.5)
    tilt = np.stack([-bent, np.zeros_like(bent)], -1)
    return HairPicture(hair * (shade * light)[..., None], _cover(np.minimum(left_over - ragged * cut, front)), tilt)


def _cover(inside: Array) -> Array:
    """Cover from the distance inside the hair, dm."""
    return np.clip(CUTOFF + COVER_PER_DM * inside, 0.0, 1.0)


def _lock(across: Array, width: float) -> tuple[Array, Array]:
    """Where across a lock a place is, -1 to 1, and which lock it is."""
    at = across / width
    return 2.0 * (at - np.floor(at)) - 1.0, np.floor(at)


def _chance(number: Array) -> Array:
    at = np.sin(number * 12.9898) * 43758.547
    return at - np.floor(at)


def _read(picture: npt.NDArray[np.uint8], across: Array, down: Array) -> Array:
    at = np.stack([across.ravel(), down.ravel()], 1)
    return sample(picture, at, tiled=True).reshape(across.shape)
