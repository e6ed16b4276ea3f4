"""An eyeball's texture: sclera with veins, iris with fibres, limbal ring and pupil; as eye.frag, without its glints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.gltf.raster import drawn_over
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.paint import ramp

Array = npt.NDArray[np.float64]


def eye_picture(
    points: Array, uvs: Array, maps: Maps, value: dict[str, float], colours: dict[str, Array], size_px: int
) -> Array:
    """(size_px, size_px, 3) linear light from the neutral ball's triangles (T, 3, 3) dm and their uvs (T, 3, 2)."""
    low, high = points.min((0, 1)), points.max((0, 1))
    centre = (low + high) / 2.0
    place = drawn_over(uvs * size_px, points - centre, size_px, np.array([0.0, 0.0, -1.0]))
    d = place / np.maximum(np.linalg.norm(place, axis=-1, keepdims=True), 1e-9)
    x, y, front = d[..., 0], d[..., 1], d[..., 2] > 0.0
    r = np.hypot(x, y)
    iris = 0.475 + 0.055 * value["iris.size"]
    pupil = iris * (0.40 + 0.13 * value["iris.pupil"])
    vein = _noise(maps, 2, x * 0.33, y * 0.33)
    red = (ramp(0.52, 0.95, np.where(front, r, 1.0)) * (0.55 + 0.9 * vein))[..., None]
    c = colours["sclera"] * (1.0 + red * (np.array([0.86, 0.62, 0.56]) - 1.0))
    fibre = _noise(maps, 3, np.arctan2(y, x) * 0.637, r * 0.10)
    along = np.clip((r - pupil) / (iris - pupil), 0.0, 1.0)
    inner = (0.55 + 0.95 * fibre) * (1.35 - 0.50 * along) * (1.0 + 0.55 * ramp(0.1, -0.5, y + 0.2) * along)
    inner *= 1.0 - ramp(0.62, 1.0, along) * (0.62 + 0.34 * value["iris.ring"])
    in_iris = (ramp(iris + 0.025, iris - 0.035, r) * front)[..., None]
    c = c + (colours["iris"] * inner[..., None] - c) * in_iris
    in_pupil = (ramp(pupil + 0.03, pupil - 0.03, r) * front)[..., None]
    return c + (0.004 - c) * in_pupil


def _noise(maps: Maps, plane: int, across: Array, down: Array) -> Array:
    at = np.stack([across.ravel(), down.ravel()], 1)
    return sample(maps.noise[..., plane], at, tiled=True).reshape(across.shape)
