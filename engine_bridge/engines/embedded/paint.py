"""What colours the skin slowly from place to place: paint targets, which sliders blend per vertex like morph targets.

A target is the change of the logarithm of the skin's albedo (pigment multiplies light), of the beard's density, or of
the depth of the painted lines. All are functions on the face map (see `facemap`): arc from the face's middle and
height, in decimetres. What is sharp (brows, lips, lines, strokes) comes from pictures, see `maps`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
COLOUR, BEARD, LINES = slice(0, 3), slice(3, 4), slice(4, 5)
CHANNELS = 5


def bell(x: Array | float, width: float) -> Array:
    """A Gaussian of height 1."""
    return np.exp(-np.square(np.asarray(x) / width))


def ramp(low: Array | float, high: Array | float, x: Array) -> Array:
    """GLSL's smoothstep; `low` may be the larger one."""
    u = np.clip((x - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


@dataclass(frozen=True)
class PaintTarget:
    """What a slider paints: `mask` on the face map times `colour`, or the beard's density, or the lines' depth.

    `amount` is how a slider in [-1, 1] becomes a weight: "signed" is the slider itself; "grows" rises from 0 to 1
    with `at_default` in the middle, so that both halves of its range change the face.
    """

    slider: str
    mask: Callable[[Array, Array], Array]
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0)
    beard: float = 0.0
    lines: float = 0.0
    amount: str = "signed"
    at_default: float = 0.3


def weight(target: PaintTarget, slider: float) -> float:
    """The weight of a target at a slider in [-1, 1]."""
    if target.amount == "signed":
        return slider
    rest = target.at_default
    return rest * (1.0 + slider) if slider < 0 else rest + (1.0 - rest) * slider


def _cheek(s: Array, t: Array, height: float) -> Array:
    return np.exp(-(np.square(s - 0.33) + np.square(t - height)) / 0.030)


def _lower_face(s: Array, t: Array) -> Array:
    line = 6.52 + 0.62 * ramp(0.24, 0.95, s)
    return ramp(line + 0.16, line - 0.12, t) * ramp(0.10, 0.30, s) * ramp(1.10, 0.92, s)


def _moustache(s: Array, t: Array) -> Array:
    return bell(t - 6.755 + 0.5 * s * s, 0.060) * ramp(0.26, 0.17, s)


def _under_eye(s: Array, t: Array) -> Array:
    return np.exp(-np.square((s - 0.255) / 0.135) - np.square((t - 7.155 - 1.4 * np.square(s - 0.255)) / 0.055))


def _on_neck(t: Array) -> Array:
    return ramp(5.75, 6.05, t)


# Every mask takes arc and height (dm) of N points.
TARGETS: tuple[PaintTarget, ...] = (
    PaintTarget("complexion.forehead", lambda s, t: ramp(7.50, 7.75, t) * ramp(0.95, 0.6, s), (0.20, 0.20, 0.20)),
    PaintTarget(
        "complexion.chin",
        lambda s, t: ramp(6.82, 6.62, t) * ramp(0.40, 0.20, s) * ramp(6.1, 6.3, t),
        (0.22, 0.22, 0.22),
    ),
    PaintTarget(
        "complexion.jaw", lambda s, t: ramp(0.26, 0.5, s) * ramp(6.85, 6.55, t) * ramp(5.9, 6.2, t), (0.22, 0.22, 0.22)
    ),
    PaintTarget("complexion.cheek_redness", lambda s, t: _cheek(s, t, 6.96), (0.03, -0.17, -0.13)),
    PaintTarget("complexion.nose_redness", lambda s, t: bell(s, 0.12) * bell(t - 6.91, 0.12), (0.02, -0.19, -0.15)),
    PaintTarget("complexion.dark_circles", _under_eye, (-0.42, -0.58, -0.60), amount="grows", at_default=0.28),
    PaintTarget("complexion.lids", lambda s, t: bell(s - 0.27, 0.15) * bell(t - 7.375, 0.055), (0.26, 0.24, 0.22)),
    PaintTarget(
        "complexion.cheek_shadow",
        lambda s, t: bell(t - 6.74 - 0.40 * (s - 0.40), 0.10) * bell(s - 0.42, 0.20),
        (-0.36, -0.40, -0.42),
        amount="grows",
        at_default=0.3,
    ),
    PaintTarget(
        "complexion.mouth_shadow",
        lambda s, t: np.exp(-np.square((s - 0.02) / 0.30) - np.square((t - 6.60) / 0.20)),
        (-0.20, -0.20, -0.17),
    ),
    PaintTarget(
        "makeup.blush",
        lambda s, t: np.exp(-(np.square((s - 0.42) * 0.75) + np.square(t - 6.98 - 0.30 * (s - 0.42))) / 0.021),
        (-0.02, -0.52, -0.43),
        amount="grows",
        at_default=0.3,
    ),
    PaintTarget("beard.moustache", _moustache, beard=1.0, amount="grows", at_default=0.26),
    PaintTarget(
        "beard.chin",
        lambda s, t: bell(s, 0.17) * ramp(6.55, 6.46, t) * _on_neck(t),
        beard=1.0,
        amount="grows",
        at_default=0.26,
    ),
    PaintTarget(
        "beard.cheeks", lambda s, t: _lower_face(s, t) * _on_neck(t), beard=1.0, amount="grows", at_default=0.26
    ),
    PaintTarget(
        "complexion.forehead_lines", lambda s, t: ramp(7.58, 7.63, t), lines=1.0, amount="grows", at_default=0.27
    ),
    PaintTarget(
        "complexion.frown_lines",
        lambda s, t: ramp(7.34, 7.38, t) * ramp(7.62, 7.59, t) * ramp(0.16, 0.12, s),
        lines=1.2,
        amount="grows",
        at_default=0.2,
    ),
    PaintTarget(
        "complexion.crows_feet",
        lambda s, t: ramp(0.39, 0.42, s) * ramp(7.08, 7.12, t) * ramp(7.46, 7.42, t),
        lines=1.0,
        amount="grows",
        at_default=0.28,
    ),
    PaintTarget(
        "complexion.eye_bags",
        lambda s, t: ramp(0.41, 0.37, s) * ramp(7.06, 7.09, t) * ramp(7.27, 7.24, t),
        lines=1.0,
        amount="grows",
        at_default=0.25,
    ),
    PaintTarget(
        "complexion.nasolabial",
        lambda s, t: ramp(6.95, 6.92, t) * ramp(6.55, 6.60, t),
        lines=1.1,
        amount="grows",
        at_default=0.25,
    ),
    PaintTarget(
        "complexion.mouth_lines",
        lambda s, t: ramp(6.57, 6.54, t) * ramp(6.33, 6.37, t),
        lines=1.1,
        amount="grows",
        at_default=0.28,
    ),
)

# What everybody has: redder cheeks and nose, a paler forehead, a little uneven pigment.
BASE: tuple[tuple[Callable[[Array, Array], Array], tuple[float, float, float]], ...] = (
    (lambda s, t: _cheek(s, t, 6.96), (0.02, -0.13, -0.11)),
    (lambda s, t: bell(s, 0.13) * bell(t - 6.91, 0.13), (0.02, -0.10, -0.08)),
    (lambda s, t: bell(s, 0.30) * bell(t - 6.42, 0.10), (0.02, -0.06, -0.05)),
    (lambda s, t: ramp(7.50, 7.80, t), (0.02, 0.05, 0.05)),
    (_under_eye, (-0.04, -0.08, -0.05)),
)


class Paint:
    """The targets evaluated on a mesh level's points; one small matrix product a face."""

    def __init__(self, unrolled: Array, cloud: Array, ears: Array) -> None:
        """`unrolled` (N, 2) on the face map; `cloud` (N,) slow noise in 0..1; `ears` (N,) in 0..1."""
        s, t = unrolled[:, 0], unrolled[:, 1]
        count = len(s)
        base = np.zeros((count, CHANNELS))
        for mask, colour in BASE:
            base[:, COLOUR] += mask(s, t)[:, None] * np.array(colour)
        base[:, COLOUR] += ears[:, None] * np.array([0.04, -0.16, -0.12])
        columns = np.zeros((len(TARGETS) + 1, count, CHANNELS))
        for column, target in zip(columns, TARGETS, strict=False):
            mask = target.mask(s, t)
            column[:, COLOUR] = mask[:, None] * np.array(target.colour)
            column[:, BEARD] = mask[:, None] * target.beard * (1.0 - ears[:, None])
            column[:, LINES] = mask[:, None] * target.lines
        columns[-1, :, COLOUR] = (2.0 * cloud - 1.0)[:, None] * np.array([0.07, 0.145, 0.13])
        self._columns = columns.reshape(len(columns), -1).astype(np.float32)
        self._base: npt.NDArray[np.float32] = base.ravel().astype(np.float32)

    def most(self) -> tuple[Array, Array]:
        """(N,) the densest beard and the deepest lines that any sliders give."""
        columns = self._columns.reshape(len(self._columns), -1, CHANNELS)
        return columns[:, :, BEARD].sum((0, 2), np.float64), columns[:, :, LINES].sum((0, 2), np.float64)

    def mix(self, value: dict[str, float]) -> npt.NDArray[np.float32]:
        """Sliders in [-1, 1] by name -> (N, 5): log tint (3), beard, lines."""
        weights = [weight(target, value[target.slider]) for target in TARGETS]
        weights.append(0.9 + 0.9 * value["skin.blotches"])
        # A sum in fixed order: equal sliders give equal bits whatever the linear algebra library does.
        mixed = self._base.copy()
        for share, column in zip(weights, self._columns, strict=True):
            mixed += np.float32(share) * column
        return mixed.reshape(-1, CHANNELS)
