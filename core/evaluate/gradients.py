"""Does the imitator's picture move as the engine's does? An imitator that looks right but has wrong derivatives
misleads every search through it.

For each parameter the engine is drawn a step to either side, I(p + h) - I(p - h), and the imitator's derivative is
compared with that difference by its cosine over the head. Beside it stands the imitator's own difference over the same
step: edges that move make pictures bend within any step, which is not the derivative's fault.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.evaluate.progress import Tell
from core.models.imitator import Imitator
from core.train.references import SCALES, Render, cube, drawn
from engine_bridge.schema import CharacterSchema

STEP = 0.2
"""Half-ranges to either side: the edge of the near-neutral regime, where photos land and a search moves.

Of 45 parameters of the embedded character at neutral, 16 lie below 8-bit noise at 0.05, 7 at 0.1 and one at 0.2; and
the difference keeps its direction from there on (median cosine with that of twice the step .89; .63 at 0.02).
"""
NOISE = 0.5
"""A difference of one level can be rounding alone: when pixels that differ by at most that hold more than this share
of a parameter's energy, its derivative is not known."""
_BLOCK = 8


@dataclass(frozen=True)
class PointAgreement:
    """Of P parameters at one point; NaN where the engine's difference is below 8-bit noise.

    cosine: of the imitator's derivative with the engine's difference. same_step: of the two differences. gain: how
    large the derivative is in the direction of the engine's (1: as large; 0.5: half as large). noise: the share of the
    engine's energy in pixels that differ by one level at most; 1 where nothing differs.
    """

    cosine: NDArray[np.float64]
    same_step: NDArray[np.float64]
    gain: NDArray[np.float64]
    noise: NDArray[np.float64]


@dataclass(frozen=True)
class GradientFigures:
    """One kind of point: medians and tenth percentile over parameters, the share that points the wrong way, and who
    lies below 8-bit noise."""

    points: int
    cosine: float
    cosine_p10: float
    same_step: float
    gain: float
    wrong_way: float
    below_noise: tuple[str, ...]


def gradient_points(schema: CharacterSchema, near: int, seed: int = 20_013) -> NDArray[np.float32]:
    """(1 + near, P): neutral, then random points of the near-neutral regime."""
    others = cube(schema, np.random.default_rng(seed), near, SCALES["near_neutral"])
    return np.concatenate([schema.defaults[None].astype(np.float32), others])


def both_sides(schema: CharacterSchema, point: NDArray[np.float32], step: float = STEP) -> NDArray[np.float32]:
    """(2P, P): rows 2j and 2j + 1 have parameter j a step below and above `point`, kept within its range."""
    half = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum)
    rows = np.repeat(point[None], 2 * schema.count, axis=0).astype(np.float32)
    each = np.arange(schema.count)
    rows[2 * each, each] = np.maximum(point - step * half, schema.minimum)
    rows[2 * each + 1, each] = np.minimum(point + step * half, schema.maximum)
    return rows


def engine_differences(
    schema: CharacterSchema, draw: Render, point: NDArray[np.float32], progress: Tell | None = None
) -> NDArray[np.int16]:
    """(P, H, W, 3) levels: the engine's picture a step above `point` less that a step below, for each parameter."""
    rows = both_sides(schema, point)
    parts: list[NDArray[np.int16]] = []
    for start in range(0, len(rows), 2 * _BLOCK):
        images = drawn(draw, rows[start : start + 2 * _BLOCK]).astype(np.int16)
        parts.append(images[1::2] - images[0::2])
        if progress:
            progress(min(start // 2 + _BLOCK, schema.count), schema.count)
    return np.concatenate(parts)


@torch.no_grad()
def point_agreement(
    imitator: Imitator,
    schema: CharacterSchema,
    point: NDArray[np.float32],
    differences: NDArray[np.int16],
    area: NDArray[np.bool_],
    progress: Tell | None = None,
) -> PointAgreement:
    """The imitator at `point` (P,) against what `engine_differences` gave there, over the head `area` (H, W)."""
    rows = torch.from_numpy(both_sides(schema, point))
    below, above = rows[0::2], rows[1::2]
    head = torch.from_numpy(area)
    answers: list[tuple[float, float, float, float]] = []
    for start in range(0, schema.count, _BLOCK):
        low, high = below[start : start + _BLOCK], above[start : start + _BLOCK]
        slopes = _slopes(imitator, (low + high) / 2, high - low)
        change: Tensor = imitator(high) - imitator(low)
        engine = torch.from_numpy(differences[start : start + _BLOCK]).permute(0, 3, 1, 2).float()
        for k in range(len(low)):
            answers.append(_compare(*(picture[k][..., head] for picture in (engine, slopes, change))))
        if progress:
            progress(min(start + _BLOCK, schema.count), schema.count)
    cosine, same_step, gain, noise = np.array(answers).T
    return PointAgreement(cosine, same_step, gain, noise)


def _slopes(imitator: Imitator, points: Tensor, directions: Tensor) -> Tensor:
    """(B, P) twice -> (B, 3, H, W): the derivative of the imitator's unclamped picture along each direction."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's own first use of forward-mode derivatives
        return torch.func.jvp(imitator.linear, (points,), (directions,))[1]


def _compare(engine: Tensor, slope: Tensor, change: Tensor) -> tuple[float, float, float, float]:
    """Of the engine's difference in levels, and the imitator's derivative and difference in [0, 1]."""
    energy = float(engine.square().sum())
    if energy == 0.0:
        return np.nan, np.nan, np.nan, 1.0
    noise = float(engine[engine.abs() <= 1].square().sum()) / energy
    if noise > NOISE:
        return np.nan, np.nan, np.nan, noise
    gain = 255.0 * float((slope * engine).sum()) / energy
    return _cosine(slope, engine), _cosine(change, engine), gain, noise


def _cosine(a: Tensor, b: Tensor) -> float:
    return float((a * b).sum() / (a.norm() * b.norm()).clamp_min(1e-12))


def summarise(names: tuple[str, ...], points: list[PointAgreement]) -> GradientFigures:
    """Figures over points of one kind: of each parameter the mean over the points where it is above noise."""
    cosine, same, gain = (per_parameter(points, key) for key in ("cosine", "same_step", "gain"))
    seen = ~np.isnan(cosine)

    def over(values: NDArray[np.float64], of: Callable[[NDArray[np.float64]], np.floating]) -> float:
        return float(of(values[seen])) if seen.any() else float("nan")

    return GradientFigures(
        len(points),
        over(cosine, np.median),
        over(cosine, lambda v: np.quantile(v, 0.1)),
        over(same, np.median),
        over(gain, np.median),
        over(cosine, lambda v: np.mean(v < 0)),
        tuple(name for name, known in zip(names, seen, strict=True) if not known),
    )


def per_parameter(points: list[PointAgreement], key: str) -> NDArray[np.float64]:
    """(P,) mean of one of PointAgreement's arrays over the points where it is known; NaN where it never is."""
    stack = np.stack([getattr(point, key) for point in points])
    known = ~np.isnan(stack)
    total = np.where(known, stack, 0.0).sum(0)
    return np.where(known.any(0), total / np.maximum(known.sum(0), 1), np.nan)
