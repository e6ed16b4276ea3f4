"""Face units: the small movements that expressions are mixed from, sculpted ones from the asset and computed ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.assets import read_asset
from engine_bridge.engines.embedded.mesh import SKIN, HeadAsset
from engine_bridge.errors import EngineError

ASSET = "expression.npz"
SIDES = ("left", "right")

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# What computed units do at weight 1, in decimetres on a head 2.4 high.
JAW_FORWARD_DM, JAW_SIDEWAYS_DM, JAW_YAW_DEG = 0.075, 0.085, 4.0
LIPS_SIDEWAYS_DM = 0.09
CHEEK_PUFF_DM = 0.085
CHEEK_RAISE_DM = 0.075
# Of the way that the open jaw takes the lower lip, how far both lips follow when they stay closed.
CLOSED_LIPS_FOLLOW = 0.25
# Half the width of the band in which a two-sided unit passes from one side to the other.
MIDDLE_DM = 0.07


@dataclass(frozen=True)
class FaceUnits:
    """Every unit as displacements of the control points, and where the lids' edges and the mouth's inside are."""

    deltas: dict[str, Array]
    """Unit name -> (V, 3) displacement in decimetres at weight 1."""
    lid_edges: dict[str, Ints]
    """Side -> (L,) control points of the edge loop through the rims of both lids, in order around the eye."""
    inside_mouth: npt.NDArray[np.uint8]
    """(256, 256) mask of the mouth's inside in texture space, rows from the top, like `HeadAsset.masks`."""


def load_units(asset: HeadAsset, neutral: Array) -> FaceUnits:
    """Units for a head; computed ones are laid out on its neutral control points (V, 3) in decimetres.

    Raises EngineError when the expression asset is missing, damaged, or of another head.
    """
    data = read_asset(ASSET)
    if int(data["target_indices"].max()) >= len(neutral):
        raise EngineError(
            f"The expression asset {ASSET} is for another head, of more than {len(neutral)} points; build it again."
        )
    deltas: dict[str, Array] = {}
    for row, name in enumerate(data["target_names"].tolist()):
        part = slice(data["target_starts"][row], data["target_starts"][row + 1])
        delta = np.zeros_like(neutral)
        delta[data["target_indices"][part]] = data["target_deltas"][:, part].T * float(data["target_step_dm"])
        deltas[name] = delta
    deltas |= _computed(asset, neutral, deltas)
    edges = {side: data[f"lid_{side}"].astype(np.int64) for side in SIDES}
    return FaceUnits(deltas, edges, data["inside_mouth"])


def side_mask(neutral: Array, side: str) -> Array:
    """(V,) share of a two-sided unit that one side gets: 1 on it, 0 on the other; both sides sum to 1 everywhere."""
    x = neutral[:, 0] if side == "left" else -neutral[:, 0]
    return smooth_step(x, -MIDDLE_DM, MIDDLE_DM)


def smooth_step(value: Array, low: float, high: float) -> Array:
    """0 up to `low`, 1 from `high` on, with a cubic between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mask_at_vertices(asset: HeadAsset, mask: npt.NDArray[np.uint8]) -> Array:
    """(V,) a texture-space mask (n, n) at each control point in 0..1, nearest pixel; 0 off the skin."""
    found = np.zeros(len(asset.vertices))
    skin = asset.parts == SKIN
    uv = asset.uvs[asset.uv_quads[skin].ravel()]
    size = len(mask)
    column, row = np.clip((np.stack([uv[:, 0], 1.0 - uv[:, 1]]) * size).astype(np.int64), 0, size - 1)
    np.maximum.at(found, asset.quads[skin].ravel(), mask[row, column] / 255.0)
    return found


def _computed(asset: HeadAsset, neutral: Array, units: dict[str, Array]) -> dict[str, Array]:
    """What the sculpted units lack, by name."""
    jaw, pivot = _jaw(neutral, units["mouth-open"])
    across = np.array([1.0, 0.0, 0.0])
    yaw = turned(neutral - pivot, np.radians(JAW_YAW_DEG), (2, 0)) - (neutral - pivot)
    made = {
        "jaw-forward": jaw[:, None] * np.array([0.0, 0.0, JAW_FORWARD_DM]),
        "jaw-left": jaw[:, None] * (across * JAW_SIDEWAYS_DM + yaw),
        "jaw-right": jaw[:, None] * (-across * JAW_SIDEWAYS_DM - yaw),
    }
    lips = mask_at_vertices(asset, asset.masks[..., 0]) > 0.5
    near_lips = 1.0 - smooth_step(_distance(neutral, neutral[lips]), 0.0, 0.17)
    lower = near_lips * smooth_step(jaw, 0.25, 0.75)
    upper = near_lips * (1.0 - smooth_step(jaw, 0.25, 0.75))
    lower_lip = units["mouth-open"][lips & (jaw > 0.75)].mean(0)
    made["lips-closed"] = near_lips[:, None] * (CLOSED_LIPS_FOLLOW * lower_lip - units["mouth-open"])
    for side, sign in (("left", 1.0), ("right", -1.0)):
        made[f"lips-{side}"] = (near_lips**1.5 * LIPS_SIDEWAYS_DM * sign)[:, None] * across
        # Where the mouth is pushed to, the corner also bulges forward over the teeth.
        puff = _bump(neutral, (0.42 * sign, 6.66, 1.14), (0.26, 0.24, 0.30))
        made[f"cheek-puff-{side}"] = puff[:, None] * _unit((0.80 * sign, 0.0, 0.60)) * CHEEK_PUFF_DM
        raised = _bump(neutral, (0.36 * sign, 7.02, 1.26), (0.17, 0.11, 0.20))
        made[f"cheek-raise-{side}"] = raised[:, None] * _unit((0.10 * sign, 0.85, 0.50)) * CHEEK_RAISE_DM
        slit = units[f"eye-{side}-slit"]
        made[f"lid-raise-{side}"] = np.where(slit[:, 1:2] > 0.0, slit, 0.0)
        made[f"lid-drop-{side}"] = np.where(slit[:, 1:2] < 0.0, slit, 0.0)
    # A lip that rolls in turns about the line where it meets the other one: its rim goes back and towards that line.
    line = np.array([0.0, 6.632, 1.47])
    for name, region, sign in (("lower", lower, 1.0), ("upper", upper, -1.0)):
        height = np.clip((line[1] - neutral[:, 1]) * sign, 0.0, 0.12)
        turn = np.stack([np.zeros_like(height), sign * (0.30 * height + 0.008), -(0.55 * height + 0.025)], 1)
        # Before the corners it fades out, or the corner itself would be drawn into a crease.
        inside = 1.0 - smooth_step(np.abs(neutral[:, 0]), 0.12, 0.22)
        made[f"roll-{name}"] = (region**2 * inside)[:, None] * turn
        out = units["mouth-eversion"] * smooth_step(region, 0.0, 0.6)[:, None]
        made[f"evert-{name}"] = out
    chin = _bump(neutral, (0.0, 6.42, 1.40), (0.26, 0.17, 0.35))
    made["chin-raise"] = np.maximum(chin, 0.9 * lower)[:, None] * np.array([0.0, 0.045, 0.012])
    made["upper-lip-raise"] = upper[:, None] * np.array([0.0, 0.020, 0.022])
    return made


def jaw_turn(neutral: Array, opened: Array) -> tuple[float, Array]:
    """By how many radians the jaw turns in the y-z plane when the mouth opens, and the point (3,) that it turns about.

    Read from the sculpted open mouth, its displacements (V, 3) of the neutral points (V, 3): the rigid motion that best
    explains the points that move most (Procrustes).
    """
    moved = np.linalg.norm(opened, axis=1)
    most = moved > 0.7 * moved.max()
    before, after = neutral[most][:, 1:], (neutral + opened)[most][:, 1:]
    a, b = before - before.mean(0), after - after.mean(0)
    angle = float(np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum()))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.linalg.inv(np.eye(2) - turn) @ (after.mean(0) - turn @ before.mean(0))
    return angle, np.array([0.0, *centre])


def _jaw(neutral: Array, opened: Array) -> tuple[Array, Array]:
    """(V,) how much a point belongs to the jaw, and the point (3,) that the jaw turns about.

    A point's weight is the part of the jaw's rigid motion that it takes.
    """
    angle, pivot = jaw_turn(neutral, opened)
    rigid = turned(neutral - pivot, angle, (1, 2)) - (neutral - pivot)
    weight = np.clip((opened * rigid).sum(1) / np.maximum((rigid**2).sum(1), 1e-6), 0.0, 1.0)
    return weight, pivot


def turned(points: Array, angle: float, plane: tuple[int, int]) -> Array:
    """Points (N, 3) turned about the origin by an angle in radians from the plane's first axis towards its second."""
    result = points.copy()
    first, second = plane
    result[:, first] = np.cos(angle) * points[:, first] - np.sin(angle) * points[:, second]
    result[:, second] = np.sin(angle) * points[:, first] + np.cos(angle) * points[:, second]
    return result


def _bump(points: Array, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
    """(V,) a smooth hill of height 1 over an ellipsoid, nought from its surface on."""
    distance = np.linalg.norm((points - np.array(centre)) / np.array(radii), axis=1)
    return 1.0 - smooth_step(distance, 0.0, 1.0)


def _distance(points: Array, others: Array) -> Array:
    """(V,) from each point to the nearest of the others."""
    squares = (points**2).sum(1)[:, None] + (others**2).sum(1) - 2.0 * points @ others.T
    return np.sqrt(np.maximum(squares.min(1), 0.0))


def _unit(direction: tuple[float, float, float]) -> Array:
    vector = np.array(direction)
    return vector / np.linalg.norm(vector)
