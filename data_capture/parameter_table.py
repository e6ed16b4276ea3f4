"""The table of what every parameter of a character is worth: seen or not, on both halves, unlike every other or not.

The thresholds are for pictures of 256 x 256 and do not depend on the number of parameters. A parameter that is not
visible on the neutral face may depend on another (a beard's colour on a beard): it passes when a quarter of the random
faces show it, and its figures are then those of the weakest face of that quarter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from data_capture.influence import Bytes, Change, Draw, Floats, Halves, Jacobian, halves, jacobian
from data_capture.sampling import sample_block
from engine_bridge.schema import CharacterSchema

IMAGE_PX = 256

SEEN_CONTRAST = 6.0
"""1/255 over the whole range. A level of 8-bit sRGB is about 0.39 L* in the mid-tones, and the difference that an
average observer just notices is 2.3 (Mahy et al. 1994): six levels. Rounding alone stays below one."""
SEEN_HALF_CONTRAST = SEEN_CONTRAST / 2
"""1/255 over half of the range: what a slider that just passes shows when both of its halves do as much."""
SEEN_AREA_PX = 16.0
"""At arm's length a pixel of a common screen is about 1.3 arc minutes wide; 4 x 4 of them are the 5 x 5 arc minutes of
the smallest letter that normal sight reads. An iris at 256 px has 60 to 80 pixels, a pupil about 15."""
HALF_SHARE = 0.1
"""What the weaker half of a slider must do, as a share of the stronger one: ten times less is dead to the hand."""
DUPLICATE_COSINE = 0.98
"""Two parameters whose changes differ by less than 11 degrees on any face are one parameter with two names."""
SINGULAR_SHARE = 0.01
RANK_SHARE = 0.936
"""The share of the parameters that must be independent directions on every face: 250 of 267."""
DEPENDENT_FACES = 8
"""How many random faces judge a parameter that is not visible on the neutral one, at most. What depends on another's
half of the range is found on two of eight or more with a probability of 96 %."""

CRITERIA = ("invisible", "dead half", "near-duplicate", "rank")


@dataclass(frozen=True)
class Row:
    """One parameter. Means are over the head's pixels, contrasts over the pixels it changes, both in 1/255.

    `judged_on` is "neutral", or "random" where the figures are a random face's. A half that the range does
    not have is None. `cosine` is the largest |cosine| with any other parameter on any face, reached with `nearest`.
    """

    name: str
    group: str
    judged_on: str
    mean: float
    lower_mean: float | None
    upper_mean: float | None
    contrast: float
    lower_contrast: float | None
    upper_contrast: float | None
    area_px: float
    nearest: str
    cosine: float
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Every parameter in schema order; `ranks` are the independent directions on each face, the neutral one first.

    `noise` is the largest share that rounding has in the energy of any row that was compared.
    """

    rows: tuple[Row, ...]
    ranks: tuple[int, ...]
    wanted_rank: int
    head_px: int
    noise: float

    def failures(self) -> dict[str, list[str]]:
        """What fails, by criterion: a line for each parameter, pair or face; criteria that hold are left out."""
        found: dict[str, list[str]] = {criterion: [] for criterion in CRITERIA}
        pairs: set[frozenset[str]] = set()
        for row in self.rows:
            if "invisible" in row.faults:
                found["invisible"].append(f"{row.name}: contrast {row.contrast:.1f} on {row.area_px:.0f} px")
            if "dead half" in row.faults:
                means, contrasts = (row.lower_mean, row.upper_mean), (row.lower_contrast, row.upper_contrast)
                ends = (
                    f"mean {_cell(mean, 3).strip()}, contrast {_cell(contrast).strip()} to the {end}"
                    for mean, contrast, end in zip(means, contrasts, ("minimum", "maximum"), strict=True)
                )
                found["dead half"].append(f"{row.name}: {'; '.join(ends)}")
            pair = frozenset((row.name, row.nearest))
            if "near-duplicate" in row.faults and pair not in pairs:
                pairs.add(pair)
                found["near-duplicate"].append(f"{row.name} and {row.nearest}: {row.cosine:.4f}")
        for face, rank in enumerate(self.ranks):
            if rank < self.wanted_rank:
                where = "the neutral face" if face == 0 else f"random face {face - 1}"
                found["rank"].append(f"{rank} of {len(self.rows)} on {where}, wanted {self.wanted_rank}")
        return {criterion: lines for criterion, lines in found.items() if lines}

    def document(self) -> dict[str, Any]:
        """The table as JSON values."""
        fields = {**asdict(self), "rows": [asdict(row) for row in self.rows], "failures": self.failures()}
        limits = {
            "seen_contrast": SEEN_CONTRAST, "seen_half_contrast": SEEN_HALF_CONTRAST, "seen_area_px": SEEN_AREA_PX,
            "half_share": HALF_SHARE, "duplicate_cosine": DUPLICATE_COSINE, "singular_share": SINGULAR_SHARE,
        }  # fmt: skip
        return {"image_px": IMAGE_PX, "limits": limits, **fields}

    def text(self) -> str:
        """The table as fixed-width text, by group."""
        width = max(len(row.name) for row in self.rows)
        head = f"{'parameter':<{width}}   mean  lower  upper |  contr  lower  upper  area px | cosine nearest"
        lines: list[str] = []
        for group in dict.fromkeys(row.group for row in self.rows):
            lines += ["", f"[{group}]", head]
            for row in (row for row in self.rows if row.group == group):
                mark = {"neutral": " ", "random": "*"}[row.judged_on]
                means = "".join(_cell(mean, 2) for mean in (row.mean, row.lower_mean, row.upper_mean))
                contrasts = "".join(_cell(value) for value in (row.contrast, row.lower_contrast, row.upper_contrast))
                near = f"{row.cosine:6.3f} {row.nearest}" + (f"   <- {', '.join(row.faults)}" if row.faults else "")
                lines.append(f"{row.name:<{width}}{mark}{means} |{contrasts}  {row.area_px:7.0f} | {near}")
        lines += ["", "* not visible on the neutral face, but on a quarter of the random ones"]
        ranks = ", ".join(str(rank) for rank in self.ranks)
        lines += [f"independent directions (neutral, random faces): {ranks}; wanted {self.wanted_rank} on each"]
        lines += [f"head: {self.head_px} px; rounding's largest share of a row's energy: {self.noise:.4f}"]
        return "\n".join(lines[1:])


def build_table(
    draw: Draw, schema: CharacterSchema, faces: int, seed: int, on_step: Callable[[], object] = lambda: None
) -> Table:
    """Measure a character at neutral and at `faces` random ones; `draw` gives IMAGE_PX pictures.

    `on_step` is called `steps(schema, faces)` times, for a progress bar. Raises InputError for an impossible seed.
    """
    random = sample_block(schema, seed, range(faces), "uniform")
    neutral = jacobian(draw, schema, schema.defaults, on_step)
    head_px = int(np.count_nonzero(neutral.head))
    default = draw(schema.defaults[None])[0]
    judged: list[tuple[str, Halves]] = []
    for index in range(schema.count):
        judged.append(_judge(draw, schema, default, random[:DEPENDENT_FACES], index))
        on_step()
    nearest: list[tuple[int, float]] = [neutral.nearest(index) for index in range(schema.count)]
    ranks, noise = [neutral.rank(SINGULAR_SHARE)], _noise(neutral)
    for face in random:
        found = jacobian(draw, schema, face, on_step)
        nearest = [max(old, found.nearest(index), key=lambda pair: pair[1]) for index, old in enumerate(nearest)]
        ranks.append(found.rank(SINGULAR_SHARE))
        noise = max(noise, _noise(found))
    rows = tuple(_row(schema, index, *judged[index], nearest[index], head_px) for index in range(schema.count))
    return Table(rows, tuple(ranks), round(RANK_SHARE * schema.count), head_px, noise)


def steps(schema: CharacterSchema, faces: int) -> int:
    """How often `build_table` calls `on_step`."""
    return schema.count * (2 + faces)


def is_seen(change: Change, contrast: float = SEEN_CONTRAST) -> bool:
    """Whether a change is strong enough on enough pixels."""
    return change.contrast >= contrast and change.area_px >= SEEN_AREA_PX


def faults(found: Halves) -> tuple[str, ...]:
    """Which of "invisible" and "dead half" a parameter is on one face; an invisible one is not told twice."""
    if not is_seen(found.whole):
        return ("invisible",)
    present = [half for half in (found.lower, found.upper) if half is not None]
    strongest = max(half.total for half in present)
    alive = all(is_seen(half, SEEN_HALF_CONTRAST) and half.total >= HALF_SHARE * strongest for half in present)
    return () if alive else ("dead half",)


def _judge(draw: Draw, schema: CharacterSchema, default: Bytes, random: Floats, index: int) -> tuple[str, Halves]:
    """Where a parameter is judged, and what it does there."""
    found = halves(draw, schema, schema.defaults, index, default)
    if "invisible" not in faults(found) or not len(random):
        return "neutral", found
    others = [halves(draw, schema, face, index) for face in random]
    others.sort(key=lambda other: -other.whole.total)
    shown = others[-(-len(others) // 4) - 1]
    return ("random", shown) if is_seen(shown.whole) else ("neutral", found)


def _row(
    schema: CharacterSchema, index: int, judged_on: str, found: Halves, nearest: tuple[int, float], head_px: int
) -> Row:
    parameter = schema.parameters[index]
    near, cosine = nearest
    duplicate = ("near-duplicate",) if cosine >= DUPLICATE_COSINE else ()
    area = max(1, head_px)
    return Row(
        name=parameter.name,
        group=parameter.group,
        judged_on=judged_on,
        mean=found.whole.total / area,
        lower_mean=found.lower.total / area if found.lower else None,
        upper_mean=found.upper.total / area if found.upper else None,
        contrast=found.whole.contrast,
        lower_contrast=found.lower.contrast if found.lower else None,
        upper_contrast=found.upper.contrast if found.upper else None,
        area_px=found.whole.area_px,
        nearest=schema.names[near],
        cosine=cosine,
        faults=(*faults(found), *duplicate),
    )


def _noise(found: Jacobian) -> float:
    return float(found.noise[found.measured].max(initial=0.0))


def _cell(value: float | None, decimals: int = 1) -> str:
    return f"{'-':>7}" if value is None else f"{value:7.{decimals}f}"
