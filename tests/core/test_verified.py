"""The verification table: every system on the same pairs, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cli.evaluate.verification import _table
from core.evaluate.described import Described, empty_faces
from core.evaluate.descriptors import Descriptors
from core.evaluate.layouts import Layout
from core.evaluate.likeness import Faces
from core.evaluate.verification import Pairs, pairs_of_people
from core.evaluate.verified import PARAMETERS, PHOTOS, RENDERS, verification_table

PEOPLE, EACH = 40, 4
IDENTITY = np.repeat(np.arange(PEOPLE), EACH)
NAMES = tuple(f"{person}/{row}.jpg" for row, person in enumerate(IDENTITY))


def vectors(noise: float, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(PEOPLE, 24))[IDENTITY] + noise * rng.normal(size=(len(IDENTITY), 24))
    return values.astype(np.float32)


def drawn_layout() -> Layout:
    def pairs(usable: NDArray[np.bool_]) -> dict[str, list[Pairs]]:
        rows = np.flatnonzero(usable)
        return {"people": [pairs_of_people(IDENTITY[rows], seed=seed).moved(rows) for seed in range(2)]}

    return Layout(NAMES, pairs, fixed=False)


def fixed_layout() -> Layout:
    listed = pairs_of_people(IDENTITY)
    return Layout(NAMES, lambda usable: {"LFW": [listed.among(usable)]}, fixed=True)


def described(lost: int = 0) -> Described:
    """Good parameters in another order than the layout's, and renders that know nothing."""
    kept = np.random.default_rng(3).permutation(len(NAMES))[lost:]

    def faces(values: NDArray[np.float32]) -> Faces:
        return Faces(values[kept], np.zeros((len(kept), 3), np.float32), np.ones(len(kept), bool))

    names = tuple(NAMES[row] for row in kept)
    noise = np.random.default_rng(9).normal(size=(len(NAMES), 24)).astype(np.float32)
    skipped = {name: "no face" for name in NAMES if name not in names}
    choices = np.zeros((len(kept), 0), np.uint8)
    return Described(names, vectors(0.2, 1)[kept], choices, faces(vectors(0.1, 2)), faces(noise), skipped)


def other(noise: float, missing: int = 0) -> Descriptors:
    return Descriptors(
        "deca", vectors(noise, 5)[missing:].astype(np.float64), {n: i for i, n in enumerate(NAMES[missing:])}
    )


def test_each_system_has_its_own_accuracy_whatever_the_order_of_its_rows() -> None:
    found = verification_table(drawn_layout(), described(), [other(0.2)])
    accuracy = {system: tests["people"].accuracy for system, tests in found.accuracy.items()}
    assert list(accuracy) == [PARAMETERS, RENDERS, PHOTOS, "deca"]
    assert accuracy[PARAMETERS] > 0.95 and accuracy[PHOTOS] > 0.95 and accuracy["deca"] > 0.95
    assert 0.4 < accuracy[RENDERS] < 0.6
    assert found.photos == len(NAMES) and found.skipped == 0 and found.left_out == {"people": 0}
    assert 0 < found.accuracy[RENDERS]["people"].standard_error < 0.05


def test_listed_pairs_without_a_photo_of_any_system_are_left_out_for_all() -> None:
    full = verification_table(fixed_layout(), described())
    assert full.left_out == {"LFW": 0}
    less = verification_table(fixed_layout(), described(lost=6), [other(0.2, missing=5)])
    assert less.left_out["LFW"] > 0 and less.pairs["LFW"] + less.left_out["LFW"] == full.pairs["LFW"]
    assert len(NAMES) - 11 <= less.photos <= len(NAMES) - 6 and less.skipped == len(NAMES) - less.photos


def test_without_sface_only_parameters_are_judged() -> None:
    found = verification_table(drawn_layout(), described(), embedded=False)
    assert list(found.accuracy) == [PARAMETERS]
    unseen = empty_faces(len(NAMES))
    nothing = Described(NAMES, vectors(0.2, 1), np.zeros((len(NAMES), 0), np.uint8), unseen, unseen)
    assert verification_table(drawn_layout(), nothing, embedded=False).accuracy[PARAMETERS]["people"].accuracy > 0.95


def test_the_printed_table_has_every_system_and_the_papers_figures() -> None:
    found = verification_table(fixed_layout(), described(lost=3), [other(0.3)])
    text = _table(found)
    for line in (PARAMETERS, RENDERS, PHOTOS, "deca"):
        assert f"{line:<42}   {found.accuracy[line]['LFW'].accuracy:.4f}" in text
    assert "0.9480   0.9434   0.8317   0.8702   0.8983" in text and "3DMM-CNN" in text
    assert f"{len(NAMES) - 3} / 3" in text
    assert found.as_dict()["accuracy"]["deca"]["LFW"]["accuracy"] == pytest.approx(
        found.accuracy["deca"]["LFW"].accuracy
    )
