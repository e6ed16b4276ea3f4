"""The skin's textures: the recipe of `skin.frag` evaluated texel by texel in the layout of `atlas`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import facemap
from engine_bridge.engines.embedded.gltf import atlas
from engine_bridge.engines.embedded.gltf.atlas import Texels, read, resampled
from engine_bridge.engines.embedded.gltf.mouth_mesh import DEEP, FLESH
from engine_bridge.engines.embedded.gltf.raster import drawn_over
from engine_bridge.engines.embedded.gltf.surface import Surface
from engine_bridge.engines.embedded.hair import hairline
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.mesh import SKIN
from engine_bridge.engines.embedded.paint import BEARD, COLOUR, LINES, Paint

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.floating[Any]]

SLOW_PX = 256
"""What changes slowly over the skin is worked out on so many rows and columns."""
BAND_PX = 64
# Light that has been inside a crease comes out redder; its own colour is what little of it still shows (lighting.glsl).
CREASE_LEAST = 0.10
# Roughness whose GGX lobe is as wide as the shader's lobes e^(-p (1 - n.h)): alpha^2 is about 2 / p, roughness^2 alpha.
DULL, SHINY = 0.70, 0.50
LIPS_DULL, LIPS_GLOSSY = 0.56, 0.32
HAIRY, CAVITY = 0.75, 0.95
LINING_LIGHT = 0.5


@dataclass(frozen=True)
class SkinPicture:
    """All that a standard material needs, (n, n) or (n, n, 3); rows from the top."""

    colour: Floats
    """Linear-light albedo."""
    tilt: Floats
    """(n, n, 2) the normal's slope towards +u and down."""
    roughness: Floats


@dataclass(frozen=True)
class Slow:
    """What changes slowly over the skin, (SLOW_PX, SLOW_PX, K) in the atlas' layout."""

    cloud: Floats
    """Unevenness of the pigment, in 0..1."""
    open: Floats
    """How much of the sky is seen, in 0..1."""


def slow(surface: Surface, maps: Maps) -> Slow:
    """Carried over from the mesh; where surfaces lie over each other, as at the ears, from the outermost."""
    rest = surface.rest
    cloud = sample(maps.noise[..., 2], rest @ np.array([[0.31, 0.0], [0.0, 0.31], [0.21, 0.13]]), tiled=True)
    triangles = surface.triangles[SKIN]
    on_map = (surface.uvs[triangles, 1] < atlas.PALETTE_TOP).all(1)
    corners = triangles[on_map]
    points = surface.rows[corners]
    out = np.hypot(rest[points, 0], rest[points, 2] - facemap.AXIS_Z_DM).mean(1)
    order = np.argsort(out)
    carried = np.stack([cloud, surface.open], 1)[points][order]
    picture = drawn_over(surface.uvs[corners][order] * SLOW_PX, carried, SLOW_PX, np.array([0.5, 1.0]))
    return Slow(picture[..., 0].astype(np.float32), picture[..., 1].astype(np.float32))


def skin_picture(
    size_px: int, maps: Maps, slowly: Slow, value: dict[str, float], colours: dict[str, Array], scalp_dm: float
) -> SkinPicture:
    """Sliders in -1..1 and linear-light colours (3,) by name, and the hair style's `scalp_dm` -> the pictures.

    `size_px` is a multiple of `BAND_PX`.
    """
    mixed = _mixed(maps, slowly, value)
    recipe = _Recipe(maps, value, {name: colour.astype(np.float32) for name, colour in colours.items()}, scalp_dm)
    whole = Texels.of(size_px)
    bands = [recipe.band(whole, slice(start, start + BAND_PX), mixed) for start in range(0, size_px, BAND_PX)]
    return SkinPicture(
        np.concatenate([band.colour for band in bands]),
        np.concatenate([band.tilt for band in bands]),
        np.concatenate([band.roughness for band in bands]),
    )


@dataclass(frozen=True)
class _Recipe:
    """One face's sliders and colours; a band of rows at a time, so that its planes stay in the processor's cache."""

    maps: Maps
    value: dict[str, float]
    colours: dict[str, Floats]
    scalp_dm: float

    def band(self, whole: Texels, part: slice, mixed: Floats) -> SkinPicture:
        """The rows of `part`; `mixed` as `_mixed` gives."""
        maps, value = self.maps, self.value
        arc, height = whole.arc, whole.height[part]
        away = np.abs(arc)
        s, t = away[None].astype(np.float32), height[:, None].astype(np.float32)
        across, down = away / facemap.WIDTH_DM, (facemap.TOP_DM - height) / (facemap.TOP_DM - facemap.BOTTOM_DM)

        def line(plane: int) -> Floats:
            return read(maps.lines[..., plane], across, down, tiled=False)

        fine, medium = (read(maps.noise[..., k], arc * 0.55 + 0.13, height * 0.55, tiled=True) for k in (0, 1))
        bristle, spot = (read(maps.tile[..., k], arc * 0.80 + 0.31, height * 0.80, tiled=True) for k in (0, 2))
        lip, lid, rim, ear = (read(maps.regions[..., k], across, down, tiled=False) for k in range(4))
        # The map ends in the middle of an ear's back; what goes on from its edge would reach around the head.
        ear = ear * (across <= 1.0)
        middle = (np.arange(whole.size_px) + 0.5) / whole.size_px
        slow_planes = [resampled(plane, middle, middle[part], tiled=False) for plane in np.moveaxis(mixed, -1, 0)]
        creased = slow_planes[LINES.start]

        rough = 0.41 * self._grown("skin.pores", 0.36)
        c = np.exp(np.stack(slow_planes[COLOUR], -1)) * self.colours["skin"]
        c *= (1.0 + rough * (0.6 * fine + 0.4 * medium - 0.5))[..., None]
        # The shader adds pores to the normal's x and y; on the face these are across and up.
        tilt = rough * np.stack([fine - 0.5, 0.5 - medium], -1)
        tilt[..., 0] += np.sign(arc).astype(np.float32) * 1.15 * creased * (line(0) - 0.498)
        tilt[..., 1] += 1.15 * creased * (line(1) - 0.498)
        depth = creased * line(2)
        _darken(c, depth, 0.20, 0.34, 0.36)
        freckled = _ramp(0.26, 0.10, np.abs(t - 6.99)) * _ramp(0.62, 0.36, s)
        _darken(c, self._grown("skin.freckles", 0.24) * 0.62 * freckled * spot, 0.55, 0.85, 1.0)

        _blend(c, c * self.colours["shadow"], lid * self._grown("makeup.eye_shadow", 0.18))
        _darken(c, rim, 0.30, 0.38, 0.40)
        _blend(c, _row(0.012, 0.010, 0.010), rim * 0.88 * self._grown("makeup.eye_liner", 0.24))
        edge = 0.34 - 0.24 * value["lips.edge"]
        lips = _ramp(0.5 - edge, 0.5 + edge, lip) * (0.92 + 0.08 * value["lips.edge"])
        lit = (0.90 + 0.20 * fine) * (0.86 + 0.20 * _ramp(6.66, 6.58, t))
        _blend(c, self.colours["lip"] * lit[..., None], lips)
        _darken(c, (0.48 + 0.34 * value["lips.line"]) * line(3), 0.85, 1.0, 1.0)

        beard = np.minimum(slow_planes[BEARD.start], 1.0) * (1.0 - lips)
        bristle = _ramp(1.02 - 0.95 * beard, 1.35 - 0.95 * beard, 0.55 * fine + 0.55 * bristle + 0.15)
        grown = np.clip((0.55 + 0.10 * beard) * beard + 0.70 * bristle * np.minimum(1.0, 1.6 * beard), 0.0, 0.96)
        _blend(c, self.colours["beard"] * (0.7 + 0.6 * fine)[..., None], grown)

        brows = self._brows(away, height)
        _blend(c, self.colours["brow"], brows)
        hair = np.zeros_like(brows)
        if self.scalp_dm >= 0.0:
            behind = _scalp(s, t, ear, value) + 0.05 * (medium - 0.5)
            hair = _ramp(-0.06, 0.05, behind) * (0.86 + 0.14 * value["hair.density"])
            strand = read(maps.noise[..., 3], arc * 1.3, height * 0.45, tiled=True)
            cover = np.clip(hair * (0.80 + 0.40 * strand), 0.0, 0.98)
            _blend(c, self.colours["hair"] * (0.35 + 0.7 * strand)[..., None], cover)

        shine = 0.5 + 0.5 * value["skin.shine"]
        oily = _ramp(0.40, 0.10, s) * _ramp(6.8, 7.0, t)
        dull = DULL - (DULL - SHINY) * shine - 0.06 * oily + 0.10 * depth + 0.06 * (0.5 - medium)
        gloss = LIPS_DULL - (LIPS_DULL - LIPS_GLOSSY) * (0.5 + 0.5 * value["lips.gloss"])
        roughness = dull + (gloss + 0.12 * (0.5 - fine) - dull) * lips
        roughness += (HAIRY - roughness) * np.maximum(np.maximum(0.8 * grown, 0.8 * brows), np.clip(hair, 0.0, 1.0))
        self._lay_palette(c, tilt, roughness, whole, part)
        return SkinPicture(c.astype(np.float32), tilt.astype(np.float32), roughness.astype(np.float32))

    def _grown(self, slider: str, middle: float) -> float:
        """GLSL's `grows`: 0 to 1 with `middle` at the slider's default."""
        return grows(self.value[slider], middle)

    def _brows(self, s: Array, t: Array) -> Floats:
        """(H, W) cover of the brows at arcs (W,) and heights (H,)."""
        value = self.value
        cover = np.zeros((len(t), len(s)), np.float32)
        columns, rows = np.flatnonzero(s < 0.58), np.flatnonzero((t > 7.30) & (t < 7.68))
        inner, outer = 0.060 + 0.022 * value["brow.gap"], 0.445 + 0.050 * value["brow.length"]
        along = (s[columns] - inner) / (outer - inner)
        rise = (along - 0.64) / 0.64
        middle = 7.440 + 0.028 * value["brow.height"] + (0.040 + 0.034 * value["brow.arch"]) * (1.0 - rise * rise)
        middle = middle - 0.006 * value["brow.arch"] + 0.030 * value["brow.tilt"] * (along - 0.4)
        half_width = (0.062 + 0.026 * value["brow.thickness"]) * (1.0 - 0.5 * value["brow.taper"] * (along - 0.45))
        across = 0.5 - 0.5 * (t[rows, None] - middle) / half_width
        at = np.stack([np.broadcast_to(along, across.shape), across], -1)
        within = ((at >= 0.0) & (at <= 1.0)).all(-1)
        strokes = np.zeros(across.shape)
        strokes[within] = sample(self.maps.brow, at[within], tiled=False)
        cover[np.ix_(rows, columns)] = np.clip(1.05 * strokes, 0.0, 0.97)
        return cover

    def _lay_palette(self, c: Reals, tilt: Reals, roughness: Reals, whole: Texels, part: slice) -> None:
        rows = whole.in_palette[part]
        light, tissue = whole.light[None, :, None], whole.tissue[part][rows, None, None]
        lips = np.clip(tissue / atlas.LIPS, 0.0, 1.0)
        own = self.colours["skin"] + (self.colours["lip"] - self.colours["skin"]) * lips
        # As lighting.glsl reddens the light of a crease; engines that ignore occlusion shall not see into nostrils.
        crease = CREASE_LEAST + (1.0 - CREASE_LEAST) * light * (1.0 - _row(0.0, 0.70, 0.64) * (1.0 - light))
        lining = DEEP + (FLESH - DEEP) * light
        mouth = _ramp(0.5 * (atlas.LIPS + atlas.MOUTH), 0.9 * atlas.MOUTH, tissue)
        c[rows] = own * crease * (1.0 - mouth) + lining * mouth
        tilt[rows] = 0.0
        roughness[rows] = CAVITY


def occlusion(size_px: int, slowly: Slow) -> Floats:
    """(n, n) how much of the sky each place sees, the palette's own included."""
    texels = Texels.of(size_px)
    middle = (np.arange(size_px) + 0.5) / size_px
    found = resampled(slowly.open, middle, middle, tiled=False)
    # The mouth's lining is lit from the front.
    dim = np.where(texels.tissue[texels.in_palette] > 0.5 * (atlas.LIPS + atlas.MOUTH), LINING_LIGHT, 1.0)
    found[texels.in_palette] = (dim[:, None] * texels.light).astype(np.float32)
    return found


def _mixed(maps: Maps, slowly: Slow, value: dict[str, float]) -> Floats:
    """(SLOW_PX, SLOW_PX, 5) the slow paint: logarithm of the tint (3), the beard's density, the lines' depth."""
    texels = Texels.of(SLOW_PX)
    s, t = np.meshgrid(np.abs(texels.arc), texels.height)
    unrolled = np.stack([s.ravel(), t.ravel()], 1)
    ears = sample(maps.regions[..., 3], facemap.to_texture(unrolled), tiled=False)
    ears = ears * (unrolled[:, 0] <= facemap.WIDTH_DM)
    paint = Paint(unrolled, slowly.cloud.ravel().astype(np.float64), ears)
    return paint.mix(value).reshape(SLOW_PX, SLOW_PX, -1)


def _scalp(s: Reals, t: Reals, ear: Reals, value: dict[str, float]) -> Reals:
    """How far behind the hairline each place is, dm; sideburns and nape included, ears not."""
    sideburn = np.minimum(np.minimum(0.055 - np.abs(s - 0.945), t - 7.16), 0.2)
    back = np.minimum(s - 1.22, t - 6.55)
    return np.maximum(np.maximum(t - hairline(s, value), back), sideburn) - 0.9 * _ramp(0.25, 0.6, ear)


def _ramp(low: float | Reals, high: float | Reals, x: Reals) -> Reals:
    """GLSL's smoothstep; `low` may be the larger one."""
    u = np.clip((x - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def _row(red: float, green: float, blue: float) -> Floats:
    return np.array([red, green, blue], np.float32)


def _darken(into: Reals, depth: Reals, red: float, green: float, blue: float) -> None:
    if depth.any():
        into *= 1.0 - depth[..., None].astype(np.float32) * _row(red, green, blue)


def _blend(into: Reals, colour: Reals, cover: Reals) -> None:
    """GLSL's mix of (h, w, 3) with a colour by a cover (h, w), in place."""
    if cover.any():
        into += (colour - into) * cover[..., None].astype(np.float32)


def halved(plane: Floats) -> Floats:
    """(2n, 2n, ...) -> (n, n, ...), each the mean of four."""
    return (plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / np.float32(4.0)


def grows(slider: float, middle: float) -> float:
    """From 0 to 1 for a slider in -1..1, `middle` at its default; as in hairline.glsl."""
    return middle * (1.0 + slider) if slider < 0.0 else middle + (1.0 - middle) * slider
