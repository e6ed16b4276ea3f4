"""Of every parameter: can it be seen at all in a render, and can it be trusted when it was found in a photo?

*Seen*: captures that no training saw are imported like photos, and what is found is compared with what was drawn. In a
capture all parameters differ at once, so a parameter whose change others can imitate is seen badly in this sense.
*Trusted*: the values found in several photos of one person are compared with those of different people.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.confidence import Reals, calibrated_confidence, person_spread
from core.evaluate.described import Described, Describer, joined
from core.evaluate.progress import Tell
from data_capture.reader import Dataset
from engine_bridge.errors import DatasetError, InputError, SchemaMismatch
from engine_bridge.schema import CharacterSchema

_BATCH = 8
_MIN_RENDERS = 20


@dataclass(frozen=True)
class ParameterFigures:
    """Of each parameter in schema order, (P,) each.

    seen: R², the share of the drawn values' variance that the best straight line through the found ones explains, in
    [0, 1]; predicted: R² of the found values as they are (below 0: worse than always saying the mean). within and
    across: standard deviation across photos of one person and across people, in the parameter's own unit; trusted: the
    share of variance that belongs to the person, in [0, 1]; confidence: that share, calibrated, whatever `seen` is.
    """

    schema: CharacterSchema
    seen: Reals
    predicted: Reals
    within: Reals
    across: Reals
    trusted: Reals
    confidence: Reals

    COLUMNS = ("seen", "predicted", "within", "across", "trusted", "confidence")

    def rows(self) -> list[dict[str, Any]]:
        """One row a parameter: name, group, and every figure."""
        return [
            {
                "name": parameter.name,
                "group": parameter.group,
                **{column: float(getattr(self, column)[index]) for column in self.COLUMNS},
            }
            for index, parameter in enumerate(self.schema.parameters)
        ]

    def groups(self) -> dict[str, dict[str, float]]:
        """Group -> number of parameters and the mean of every figure, and the same of all together."""
        found: dict[str, dict[str, float]] = {}
        names = np.array([parameter.group for parameter in self.schema.parameters])
        for group in [*self.schema.groups, "all"]:
            rows = names == group if group != "all" else np.ones(len(names), bool)
            means = {column: float(getattr(self, column)[rows].mean()) for column in self.COLUMNS}
            found[group] = {"parameters": int(rows.sum()), **means}
        return found

    def as_csv(self) -> bytes:
        """`rows` as a table with a header, UTF-8."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ["name", "group", *self.COLUMNS], lineterminator="\n")
        writer.writeheader()
        for row in self.rows():
            writer.writerow({key: f"{value:.5f}" if isinstance(value, float) else value for key, value in row.items()})
        return text.getvalue().encode()


def import_captures(
    describer: Describer, data: Path, count: int, tell: Tell
) -> tuple[Described, NDArray[np.float32], int]:
    """Import the last `count` samples of a dataset, which training holds out.

    Returns what was found (named by row), the parameters they were drawn with, and how many showed no usable face.
    DatasetError for a dataset that cannot be read or is too small, SchemaMismatch for another character's.
    """
    dataset = Dataset(data)
    schema = describer.reconstructor.schema
    difference = schema.difference(dataset.schema)
    if difference is not None:
        raise SchemaMismatch(f"The captures in {data} show another character than the bundle's: {difference}")
    if len(dataset) < max(count, _MIN_RENDERS):
        raise DatasetError(
            f"{data} has {len(dataset)} samples, but {max(count, _MIN_RENDERS)} are to be imported; "
            "capture more or lower --renders."
        )
    rows = np.arange(len(dataset) - count, len(dataset))
    parts: list[Described] = []
    try:
        for start in range(0, count, _BATCH):
            chosen = rows[start : start + _BATCH]
            pictures = list(dataset.images(chosen))
            parts.append(describer.pictures([str(row) for row in chosen.tolist()], pictures, photos=False))
            tell(start + len(chosen), count)
        found = joined(parts)
        drawn = dataset.parameters()[[int(name) for name in found.names]]
    finally:
        dataset.close()
    return found, drawn, len(found.skipped)


def measure_parameters(
    schema: CharacterSchema,
    drawn: NDArray[np.floating[Any]],
    found: NDArray[np.floating[Any]],
    photos: NDArray[np.floating[Any]],
    identity: NDArray[np.integer],
) -> ParameterFigures:
    """Figures from the parameters (M,P) of renders as `drawn` and as `found`, and from those found in photos (N,P) of
    person identity[i] (N,). InputError with fewer than 20 renders, or too few photos of the same people."""
    if len(found) < _MIN_RENDERS:
        raise InputError(f"Only {len(found)} renders showed a usable face; at least {_MIN_RENDERS} are needed.")
    seen, predicted = explained(drawn, found)
    spread = person_spread(photos, identity)
    groups = [parameter.group for parameter in schema.parameters]
    confidence = calibrated_confidence(photos, identity, groups)
    return ParameterFigures(schema, seen, predicted, spread.within, spread.across, spread.share, confidence)


def explained(drawn: NDArray[np.floating[Any]], found: NDArray[np.floating[Any]]) -> tuple[Reals, Reals]:
    """(P,) R² of drawn values (M,P) by the best line through the found ones, and by the found ones as they are.

    The first is free of what M samples explain by chance (adjusted R²), and not below 0.
    """
    truth, guess = np.asarray(drawn, np.float64), np.asarray(found, np.float64)
    a, b = truth - truth.mean(0), guess - guess.mean(0)
    power, size = np.square(a).sum(0), np.square(b).sum(0)
    squared = np.where((power > 0) & (size > 0), (a * b).sum(0) ** 2 / np.maximum(power * size, 1e-12), 0.0)
    # A line that falls where the truth rises finds nothing.
    squared = np.where((a * b).sum(0) > 0, squared, 0.0)
    adjusted = 1.0 - (1.0 - squared) * (len(truth) - 1) / max(1, len(truth) - 2)
    plain = 1.0 - np.square(truth - guess).sum(0) / np.maximum(power, 1e-12)
    return np.clip(adjusted, 0.0, 1.0), plain
