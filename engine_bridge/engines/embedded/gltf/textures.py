"""Base-colour pictures of the exported head: skin with lips and mouth, and an eyeball with iris and pupil."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[np.float64]

SKIN_PX, EYE_PX = 1024, 256
BLEED_PX = 3
# The mouth's inside against the lips: as dark and red as tissue in its own shade.
MOUTH_TINT = np.array([0.45, 0.25, 0.25])
# As the engine draws them: radii of iris and pupil as shares of the eyeball's, and what the sliders add.
IRIS, IRIS_REACH, PUPIL, PUPIL_REACH = 0.46, 0.06, 0.20, 0.06


def skin_png(
    lips: npt.NDArray[np.uint8],
    inside_mouth: npt.NDArray[np.uint8],
    points: Array,
    uvs: Array,
    colours: dict[str, Array],
    sliders: dict[str, float],
) -> bytes:
    """The skin in texture space from two masks (n, n), rows from the top, and linear-light colours (3,).

    Brows are painted where neutral triangles (T, 3, 3) with texture coordinates (T, 3, 2) carry them.
    """
    picture = np.broadcast_to(colours["skin"], (SKIN_PX, SKIN_PX, 3)).copy()
    for mask, colour in ((lips, colours["lip"]), (inside_mouth, colours["lip"] * MOUTH_TINT)):
        _paint(picture, _enlarged(mask), colour)
    front = (points[..., 1] > 7.3).all(1) & (points[..., 1] < 7.7).all(1) & (points[..., 2] > 1.0).all(1)
    place = _rasterised(uvs[front] * SKIN_PX, points[front], SKIN_PX)
    on_face = place[..., 2] > 0.0
    hairs = np.zeros(on_face.shape)
    hairs[on_face] = 0.55 * _brows(np.abs(place[on_face, 0]), place[on_face, 1], sliders)
    _paint(picture, hairs, colours["brow"])
    return png(picture)


def _paint(picture: Array, cover: Array, colour: Array) -> None:
    """Blend a colour (3,) into a picture (h, w, 3) by a cover (h, w) in 0..1, in place."""
    where = cover > 0.0
    picture[where] += (colour - picture[where]) * cover[where, None]


def _brows(x: Array, y: Array, sliders: dict[str, float]) -> Array:
    """How much of a place on the neutral head, in decimetres, is brow: an arc that thins outwards."""
    inner, outer = 0.105 + 0.030 * sliders["brow.gap"], 0.44 + 0.06 * sliders["brow.length"]
    along = np.clip((x - inner) / (outer - inner), -0.2, 1.2)
    rise = (along - 0.62) / 0.62
    middle = 7.462 + 0.035 * sliders["brow.height"] + (0.045 + 0.040 * sliders["brow.arch"]) * (1.0 - rise * rise)
    half = (0.044 + 0.020 * sliders["brow.thickness"]) * (1.0 - 0.6 * _edge(along, 0.4, 1.0))
    across = 1.0 - _edge(np.abs(y - middle) / half, 0.35, 1.0)
    return across * _edge(along, -0.08, 0.10) * (1.0 - _edge(along, 0.85, 1.05))


def eye_png(
    points: Array, uvs: Array, centre: Array, radius: float, colours: dict[str, Array], iris: float, pupil: float
) -> bytes:
    """One eyeball from triangles (T, 3, 3) and their texture coordinates (T, 3, 2) in 0..1, v from the top.

    The iris faces +z, as on the neutral head; the sliders of iris and pupil size are in [-1, 1].
    """
    place = _rasterised(uvs * EYE_PX, points, EYE_PX)
    direction = (place - centre) / radius
    away = np.where(direction[..., 2] > 0.0, np.hypot(direction[..., 0], direction[..., 1]), 9.0)[..., None]
    rim, hole = IRIS + IRIS_REACH * iris, PUPIL + PUPIL_REACH * pupil
    shade = 1.25 - 0.35 * _edge(away, hole, rim)
    picture = colours["iris"] * shade * (1.0 - 0.4 * _edge(away, rim - 0.12, rim - 0.02))
    picture = picture + (colours["sclera"] - picture) * _edge(away, rim - 0.04, rim)
    picture = picture + (0.006 - picture) * (1.0 - _edge(away, hole - 0.025, hole + 0.025))
    return png(picture)


def png(linear: Array) -> bytes:
    """Linear light (h, w, 3) as an sRGB PNG."""
    out = io.BytesIO()
    # Sixteen bits of linear light are more than eight bits of sRGB can tell apart.
    table = np.round(srgb(np.linspace(0.0, 1.0, 1 << 16)) * 255.0).astype(np.uint8)
    index = np.round(np.clip(linear, 0.0, 1.0) * 65535.0).astype(np.uint16)
    Image.fromarray(table[index]).save(out, "PNG")
    return out.getvalue()


def srgb(linear: Array) -> Array:
    """The sRGB transfer function (IEC 61966-2-1) of values in 0..1."""
    light = np.clip(linear, 0.0, 1.0)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _enlarged(mask: npt.NDArray[np.uint8]) -> Array:
    picture = Image.fromarray(mask).resize((SKIN_PX, SKIN_PX), Image.Resampling.BICUBIC)
    return _edge(np.asarray(picture, np.float64) / 255.0)


def _edge(value: Array, low: float = 0.2, high: float = 0.8) -> Array:
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _rasterised(corners: Array, values: Array, size: int) -> Array:
    """(size, size, 3) what triangles at pixel coordinates (T, 3, 2) carry at their corners (T, 3, 3); 0 elsewhere."""
    found = np.zeros((size, size, 3))
    best = np.full((size, size), -np.inf)
    for (a, b, c), carried in zip(corners, values, strict=True):
        area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        if abs(area) < 1e-9:
            continue
        left, top = (max(int(min(a[k], b[k], c[k])) - BLEED_PX, 0) for k in range(2))
        right, bottom = (min(int(max(a[k], b[k], c[k])) + BLEED_PX, size) for k in range(2))
        window = (slice(top, bottom), slice(left, right))
        x = np.arange(left, right)[None, :] + 0.5
        y = np.arange(top, bottom)[:, None] + 0.5
        v = ((x - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (y - a[1])) / area
        w = ((b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])) / area
        share = np.stack([1.0 - v - w, v, w], -1)
        # Around the triangles the nearest one's plane goes on, which bleeds the colour over the seams.
        depth = share.min(-1)
        closer = depth > best[window]
        best[window][closer] = depth[closer]
        found[window][closer] = share[closer] @ carried
    return found
