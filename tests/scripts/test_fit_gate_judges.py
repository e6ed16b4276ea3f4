"""The fit of the gate's judges: limits, altered pictures, and a judge that finds a fault that can be found."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.gate_cases import Label
from core.gate import CODES
from core.gate.judges import LOOKS_AT
from scripts import fit_gate_judges as script

CODE = "closed-eyes"
COUNT = 400


def pictures(random: np.random.Generator, labels: list[Label] | None = None) -> tuple[script.Pictures, int]:
    """Rows of which the first number of the lids is large where eyes are closed; every fifth picture shows that."""
    number = CODES.index(CODE)
    truth = np.full((COUNT, len(CODES)), np.nan, np.float32)
    truth[:, number] = np.arange(COUNT) % 5 == 0
    rows = {name: random.normal(size=(COUNT, 3)).astype(np.float32) for name in LOOKS_AT[CODE]}
    rows["lids"][:, 0] += 6 * truth[:, number]
    names = [f"train/{person}/a.jpg" for person in range(COUNT)]
    persons = [str(person) for person in range(COUNT)]
    return script.pictures_of(rows, truth, names, persons, np.zeros(COUNT, np.int64), labels or []), number


def test_a_fault_that_is_seen_is_found_on_people_never_seen(capsys: pytest.CaptureFixture[str]) -> None:
    shown, number = pictures(np.random.default_rng(1))
    tensors = script.fit_code(shown, number, CODE)
    precision, recall = (float(value) for value in capsys.readouterr().out.split("photos")[1].split("(")[0].split("/"))
    assert precision >= 0.95 and recall >= 0.95
    weight = tensors[f"{CODE}.weight"].astype(np.float32)
    assert int(np.abs(weight).argmax()) == 0 and weight[0] > 0


def test_labellers_have_a_number_each_and_strangers_none() -> None:
    labels = [Label("train/0/a.jpg", "tune", {}, "x"), Label("train/1/a.jpg", "tune", {}, "y")]
    shown, _ = pictures(np.random.default_rng(1), labels)
    assert shown.labeller[:3].tolist() == [1, 2, 0]


def test_nobody_is_in_two_folds() -> None:
    shown, _ = pictures(np.random.default_rng(1))
    again = script.pictures_of(shown.rows, shown.truth, ["b"] * COUNT, ["0"] * COUNT, shown.source, [])
    assert len(set(again.fold.tolist())) == 1 and len(set(shown.fold.tolist())) == script.FOLDS


def test_the_limit_parts_faults_from_the_rest() -> None:
    odds = np.linspace(-3, 3, 100).astype(np.float32)
    truth = (odds > 1.2).astype(np.float32)
    which: NDArray[np.bool_] = np.ones(100, bool)
    limit = script.best_limit(odds, truth, np.zeros(100, np.int64), which)
    assert script.right(odds >= limit, truth) == pytest.approx((1, 1), abs=0.05)


def test_an_altered_picture_is_another_one_and_the_same_every_time(astronaut: NDArray[np.uint8]) -> None:
    one, two = (script.altered(astronaut, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one, two) and one.dtype == np.uint8 and one.ndim == 3
    assert one.shape != astronaut.shape or not np.array_equal(one, astronaut)
