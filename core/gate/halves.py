"""How unlike the light on both halves of a face is, place by place, seen as people see it (CIE lightness)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.gate.mesh import Mesh, Painted

# Bounds in cm on the canonical face: from the nose outwards, and from the chin to the forehead.
_OUTWARDS = ((0.8, 2.2), (2.2, 3.8), (3.8, 5.5), (5.5, 9.0))
_UPWARDS = ((-9.0, -4.5), (-4.5, -1.5), (-1.5, 1.5), (1.5, 4.0), (4.0, 9.0))
_INNER_CM = (0.8, 5.5)  # hair and shadow of the hair begin further out
_NONE = 1e-6


def halves(painted: Painted, mesh: Mesh) -> NDArray[np.float32]:
    """Lightness, as a share of white, of places on the brighter half less that of their mirror images, and sums of it.

    The places' differences (20), quantiles of them (5), their mean, the halves' difference, that in stops, the
    lightness of either, their ratio, the share of places that differ by a tenth and a fifth, and three squares.
    """
    x, y = mesh.middles_cm.T[:2]
    areas = painted.areas_px2 + _NONE
    linear = painted.luma**2.2
    light = ((116 * np.cbrt(np.maximum(linear, 0.008856)) - 16) / 100).astype(np.float32)
    stops = np.log2(linear + 0.01)
    differences, weights = list[float](), list[float]()
    for near, far in _OUTWARDS:
        for low, high in _UPWARDS:
            place = np.flatnonzero(mesh.skin & (x > near) & (x <= far) & (y > low) & (y <= high))
            both = np.minimum(areas[place], areas[mesh.mirror[place]])
            total = float(both.sum())
            unlike = (light[place] - light[mesh.mirror[place]]) @ both
            differences.append(float(unlike) / max(total, _NONE))
            weights.append(total)
    places = np.array(differences)
    mean = float(places @ np.array(weights)) / max(sum(weights), _NONE)
    places *= np.sign(mean)
    inner = mesh.skin & (np.abs(x) > _INNER_CM[0]) & (np.abs(x) < _INNER_CM[1])
    (left, left_stops), (right, right_stops) = (
        (_mean(light, areas, inner & side), _mean(stops, areas, inner & side)) for side in (x > 0, x < 0)
    )
    apart, brighter = abs(left - right), max(left, right)
    sums = [abs(mean), apart, abs(left_stops - right_stops)]
    shares = [min(left, right), brighter, apart / max(brighter, 0.1), (places > 0.1).mean(), (places > 0.2).mean()]
    quantiles = np.quantile(places, (0.05, 0.25, 0.5, 0.75, 0.95))
    return np.array([*places, *quantiles, *sums, *shares, *np.square(sums)], np.float32)


def _mean(values: NDArray[np.floating], weights: NDArray[np.float32], which: NDArray[np.bool_]) -> float:
    return float(values[which] @ weights[which] / weights[which].sum())
