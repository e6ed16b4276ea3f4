"""Which parameters can be seen and trusted: known answers, and captures imported from a dataset."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cli.evaluate.parameters import _table
from core.evaluate import parameters as module
from core.evaluate.described import Described, Describer, empty_faces
from core.evaluate.parameters import explained, import_captures, measure_parameters
from engine_bridge.engines import engine_schema
from engine_bridge.errors import DatasetError, InputError, SchemaMismatch

SCHEMA = engine_schema("pattern")


def test_a_line_is_forgiven_its_slope_and_chance_explains_nothing() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(4_000, 6))
    noise = rng.normal(size=4_000)
    found = np.stack(
        [drawn[:, 0], 0.1 * drawn[:, 1] + 3, drawn[:, 2] + noise, noise, -drawn[:, 4], np.full(4_000, 0.5)], 1
    )
    seen, predicted = explained(drawn, found)
    assert seen == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0, 0.0], abs=0.04)
    assert predicted[0] == pytest.approx(1.0) and predicted[1] < -5 and predicted[4] == pytest.approx(-3.0, abs=0.1)
    constant = np.tile(drawn[:1], (4_000, 1))
    assert explained(constant, found)[0].tolist() == [0.0] * 6
    # As many values by chance as there are samples to explain them: nothing is found in the mean.
    few, _ = explained(rng.normal(size=(20, 2_000)), rng.normal(size=(20, 2_000)))
    assert few.mean() < 0.03


def figures(noise: float = 0.1) -> module.ParameterFigures:
    rng = np.random.default_rng(1)
    identity = np.repeat(np.arange(20), 3)
    drawn = rng.normal(size=(200, SCHEMA.count))
    photos = rng.normal(size=(20, SCHEMA.count))[identity] + noise * rng.normal(size=(60, SCHEMA.count))
    found = drawn.copy()
    found[:, 0] = rng.normal(size=200)  # cannot be seen, and yet photos of one person agree on it
    photos[:, 1] = rng.normal(size=60)  # can be seen, and photos of one person do not agree on it
    return measure_parameters(SCHEMA, drawn, found, photos, identity)


def test_what_is_seen_and_what_photos_agree_on_are_told_apart() -> None:
    found = figures()
    assert found.seen[0] < 0.05 < 0.9 < found.trusted[0] and found.confidence[0] > 0.9
    assert found.seen[1] > 0.95 and found.trusted[1] < 0.4 and found.confidence[1] < 0.5
    assert found.confidence[2:].min() > 0.9 and found.within[2] == pytest.approx(0.1, abs=0.03)
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()


def test_the_table_has_a_row_a_parameter_and_a_mean_a_group() -> None:
    found = figures()
    rows = list(csv.DictReader(io.StringIO(found.as_csv().decode())))
    assert [row["name"] for row in rows] == list(SCHEMA.names)
    assert float(rows[3]["confidence"]) == pytest.approx(found.confidence[3], abs=1e-5)
    groups = found.groups()
    assert list(groups) == [*SCHEMA.groups, "all"] and groups["all"]["parameters"] == SCHEMA.count
    first = next(iter(SCHEMA.groups))
    wanted = [SCHEMA.index(name) for name in SCHEMA.groups[first]]
    assert groups[first]["seen"] == pytest.approx(found.seen[wanted].mean())
    text = _table(found)
    assert first in text and f"least trusted: {SCHEMA.names[1]}" in text


class Captures:
    """A dataset of the pattern engine's character, whose pictures hold the number of their row."""

    schema = SCHEMA
    closed = 0

    def __init__(self, path: Path) -> None:
        assert path == Path("captures")

    def __len__(self) -> int:
        return 50

    def images(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.asarray(rows, np.uint8)[:, None, None, None].repeat(4, 1).repeat(4, 2).repeat(3, 3)

    def parameters(self) -> NDArray[np.float32]:
        return np.arange(50, dtype=np.float32)[:, None].repeat(SCHEMA.count, 1)

    def close(self) -> None:
        Captures.closed += 1


class Importer:
    """Finds in each picture the number it holds, and no face in the 47th."""

    class reconstructor:
        schema = SCHEMA

    def pictures(self, names: list[str], pictures: list[NDArray[np.uint8]], photos: bool = True) -> Described:
        good = [(n, p) for n, p in zip(names, pictures, strict=True) if p[0, 0, 0] != 47]
        values = np.array([float(p[0, 0, 0]) for _, p in good], np.float32)[:, None].repeat(SCHEMA.count, 1)
        blank = empty_faces(len(good))
        skipped = {n: "no face" for n in names if n == "47"}
        return Described(tuple(n for n, _ in good), values, np.zeros((len(good), 0), np.uint8), blank, blank, skipped)


def test_the_last_captures_are_imported_and_matched_with_what_they_were_drawn_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "Dataset", Captures)
    importer = cast(Describer, Importer())
    found, drawn, lost = import_captures(importer, Path("captures"), 21, lambda *_: None)
    assert np.array_equal(found.parameters, drawn) and drawn[:, 0].tolist() == [*range(29, 47), 48, 49]
    assert lost == 1 and Captures.closed == 1
    with pytest.raises(DatasetError, match="has 50 samples, but 51 are"):
        import_captures(importer, Path("captures"), 51, lambda *_: None)
    monkeypatch.setattr(Captures, "schema", engine_schema("embedded"))
    with pytest.raises(SchemaMismatch, match="another character than the bundle's"):
        import_captures(importer, Path("captures"), 21, lambda *_: None)


def test_too_few_renders_and_single_photos_are_refused() -> None:
    few: Any = np.zeros((19, SCHEMA.count))
    with pytest.raises(InputError, match="Only 19 renders"):
        measure_parameters(SCHEMA, few, few, few, np.repeat([0, 1], [9, 10]))
    enough = np.random.default_rng(0).normal(size=(20, SCHEMA.count))
    with pytest.raises(InputError, match="at least two people"):
        measure_parameters(SCHEMA, enough, enough, enough, np.arange(20))
