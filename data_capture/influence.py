"""What each parameter does to the picture: how visibly it changes it, and how like another parameter's its change is.

**Step.** A Jacobian row is the difference of two pictures, a tenth of the parameter's range below and above its value
(the window is moved inwards at the range's ends). Rounding to 8 bits puts an error of variance 1/6 on every difference
of two values that moved. A row is compared with others by its direction, so what counts is the error's share of the
row's energy. At this step a parameter that only just passes as visible (6/255 over its range) moves its pixels by 1.2
levels, and rounding has 3 % of its energy after summing over 2 x 2 pixels; at a hundredth of the range it would be
mostly rounding. The error is independent from row to row; its expected energy is taken off each row's norm, so that it
neither hides a duplicate nor passes for an independent direction.

**Resolution.** Rows are summed over blocks down to about 128 px. What two parameters do alike is mostly coarse and
stays, what differs from pixel to pixel is lost: the cosines are if anything too high, the test too strict.

**Visibility.** Let d be a pixel's mean absolute change over the channels, in 1/255. A mean of d over the face would
call the iris invisible, and a mean over all pixels that change at all would call a strong change invisible because a
faint one surrounds it. Therefore two numbers: the contrast sum(d^2) / sum(d), the change as an average changed pixel
shows it, and the effective area sum(d)^2 / sum(d^2), how many pixels show it. For a patch of n pixels that all change
by d they are d and n.

**Head.** The pixels that count as the head are those that at least one parameter changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.schema import CharacterSchema

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Draw = Callable[[Floats], Bytes]
"""(N, P) parameters -> (N, H, W, 3) uint8; the choices and the picture's size are the caller's."""

STEP_SHARE = 0.1
"""Half the distance between the two pictures of a Jacobian row, as a share of the parameter's range."""
ROW_PX = 128
_ROUNDING_VARIANCE = 1.0 / 6.0
# Two pictures rounded apart may differ by one level without a change of one level: such differences are not counted.
_ROUNDING_LEVELS = 1


@dataclass(frozen=True)
class Change:
    """How two pictures differ: `total` in 1/255 x pixels, `contrast` in 1/255, `area_px` in pixels."""

    total: float
    contrast: float
    area_px: float

    @classmethod
    def between(cls, before: Bytes, after: Bytes) -> Change:
        """The change from one picture (H, W, 3) to another of the same size."""
        moved = np.abs(before.astype(np.int16) - after.astype(np.int16))
        moved[moved.max(-1) <= _ROUNDING_LEVELS] = 0
        change = moved.mean(-1, dtype=np.float64)
        total, energy = float(change.sum()), float((change * change).sum())
        return cls(total, energy / total, total * total / energy) if total else cls(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Halves:
    """A parameter's change over its whole range, from its default to its minimum, and to its maximum.

    A half of no width (a default at the range's end) is None.
    """

    whole: Change
    lower: Change | None
    upper: Change | None


@dataclass(frozen=True)
class Jacobian:
    """The directions in which the parameters change one face.

    `cosine` (P, P) float32 in [-1, 1], with 1 on the diagonal and 0 beside parameters that are not `measured`;
    `measured` (P,) says which rows are stronger than rounding; `noise` (P,) is rounding's share of each row's energy;
    `head` (H, W) marks the pixels that at least one parameter changes.
    """

    cosine: Floats
    measured: npt.NDArray[np.bool_]
    noise: Floats
    head: npt.NDArray[np.bool_]

    def rank(self, share: float) -> int:
        """How many singular values of the unit-norm rows exceed this share of the first one."""
        rows = self.cosine[np.ix_(self.measured, self.measured)].astype(np.float64)
        if not len(rows):
            return 0
        # The Gram matrix's eigenvalues are the squares of the rows' singular values.
        squares = np.linalg.eigvalsh(rows)
        return int((squares > share * share * squares[-1]).sum())

    def nearest(self, index: int) -> tuple[int, float]:
        """The other parameter whose direction is nearest to this one's or to its reverse, and their |cosine|."""
        likeness = np.abs(self.cosine[index])
        likeness[index] = -1.0
        other = int(likeness.argmax())
        return other, max(0.0, float(likeness[other]))


def halves(draw: Draw, schema: CharacterSchema, face: Floats, index: int, default: Bytes | None = None) -> Halves:
    """Move one parameter of a face (P,) over its range: two pictures, and the `default` one unless it is given."""
    parameter = schema.parameters[index]
    values = [parameter.minimum, parameter.maximum, *([parameter.default] if default is None else [])]
    low, high, *drawn = draw(_with(face, index, values))
    middle = drawn[0] if default is None else default
    return Halves(
        whole=Change.between(low, high),
        lower=Change.between(middle, low) if parameter.default > parameter.minimum else None,
        upper=Change.between(middle, high) if parameter.default < parameter.maximum else None,
    )


def jacobian(
    draw: Draw, schema: CharacterSchema, face: Floats, on_row: Callable[[], object] = lambda: None
) -> Jacobian:
    """The Jacobian at a face (P,); two pictures a parameter. `on_row` is called after each, for a progress bar."""
    rows: Floats | None = None
    head: npt.NDArray[np.bool_] | None = None
    noise = np.zeros(schema.count)
    for index in range(schema.count):
        low, high = draw(_with(face, index, _window(schema, index, float(face[index])))).astype(np.int16)
        row = high - low
        moved = row.any(-1)
        head = moved if head is None else head | moved
        noise[index] = _ROUNDING_VARIANCE * np.count_nonzero(row)
        blocks = _blocks(row).ravel()
        if rows is None:
            # 267 rows of 128 x 128 x 3 take 50 MB; they are the only large thing held.
            rows = np.empty((schema.count, blocks.size), np.float32)
        rows[index] = blocks
        on_row()
    assert rows is not None and head is not None  # A schema has at least one parameter.
    gram = (rows @ rows.T).astype(np.float64)
    energy = gram.diagonal() - noise
    measured = energy > noise
    scale = np.where(measured, 1.0 / np.sqrt(np.where(measured, energy, 1.0)), 0.0)
    cosine = np.clip(gram * scale[:, None] * scale, -1.0, 1.0)
    np.fill_diagonal(cosine, 1.0)
    share = noise / np.maximum(gram.diagonal(), 1e-9)
    return Jacobian(cosine.astype(np.float32), measured, share.astype(np.float32), head)


def _window(schema: CharacterSchema, index: int, value: float) -> list[float]:
    """The two values of a Jacobian row, always 2 x STEP_SHARE of the range apart and inside it."""
    low, high = schema.parameters[index].minimum, schema.parameters[index].maximum
    step = STEP_SHARE * (high - low)
    middle = min(max(value, low + step), high - step)
    return [middle - step, middle + step]


def _with(face: Floats, index: int, values: list[float]) -> Floats:
    """The face (P,) once for each value of one parameter, (N, P)."""
    faces = np.repeat(face[None], len(values), 0)
    faces[:, index] = values
    return faces


def _blocks(row: npt.NDArray[np.int16]) -> npt.NDArray[np.int32]:
    """Sums over square blocks of a difference (H, W, 3), down to about ROW_PX; what a whole block leaves is cut."""
    side = max(1, min(row.shape[:2]) // ROW_PX)
    height, width = row.shape[0] // side, row.shape[1] // side
    cut = row[: height * side, : width * side].reshape(height, side, width, side, 3)
    return cut.sum((1, 3), dtype=np.int32)
