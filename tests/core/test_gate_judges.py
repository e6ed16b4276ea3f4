"""The gate's judges: what they look at, what they weigh, and that they say nothing new of a mirrored picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.align.face import AlignedFace, align_photo, shared_net
from core.bundle import Bundle
from core.gate import judges as judged
from core.gate.halves import halves
from core.gate.judges import LOOKS_AT, Judge, judges, seen_by, sure, sure_name
from core.gate.measures import look
from core.gate.mesh import Painted, face_mesh
from engine_bridge.errors import BundleError

Pixels = NDArray[np.uint8]
ASTRONAUT_ROWS = {"pose": 12, "frame": 2, "lids": 12, "lips": 34, "expression": 52, "halves": 36, "cells": 576,
                  "whole": 512, "parts": 4096}  # fmt: skip


@pytest.fixture(scope="module")
def face(astronaut: Pixels) -> AlignedFace:
    return align_photo(astronaut, Bundle.load().template, shared_net())


@pytest.fixture(scope="module")
def rows(astronaut: Pixels, face: AlignedFace) -> dict[str, NDArray[np.float32]]:
    return dict(look(astronaut, face, shared_net())[1])


@pytest.fixture
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(judged, "WEIGHTS", tmp_path / "judges.safetensors")
    judges.cache_clear()
    yield
    judges.cache_clear()


def painted(colours: NDArray[np.floating]) -> Painted:
    count = len(colours)
    return Painted(colours.astype(np.float32), np.zeros(count, np.float32), np.ones(count, np.float32))


def test_every_row_has_its_length_and_finite_numbers(rows: dict[str, NDArray[np.float32]]) -> None:
    assert {name: len(row) for name, row in rows.items()} == ASTRONAUT_ROWS
    assert all(np.isfinite(row).all() and row.dtype == np.float32 for row in rows.values())


def test_each_judge_weighs_all_that_it_looks_at_and_nothing_more(rows: dict[str, NDArray[np.float32]]) -> None:
    assert judges().keys() == LOOKS_AT.keys()
    for code, judge in judges().items():
        assert judge.weight.shape == judge.mean.shape == judge.spread.shape == seen_by(code, rows).shape
        assert (judge.spread > 0).all() and np.abs(judge.weight).max() > 0


def test_the_judges_are_sure_of_nothing_about_a_plain_portrait_but_its_smile(
    rows: dict[str, NDArray[np.float32]],
) -> None:
    found = sure(rows)
    assert found.keys() == {sure_name(code) for code in LOOKS_AT}
    assert {name for name, value in found.items() if value >= 0.5} == {"sure_smile"}


def test_a_mirrored_picture_is_judged_alike(astronaut: Pixels, rows: dict[str, NDArray[np.float32]]) -> None:
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    face = align_photo(mirrored, Bundle.load().template, shared_net())
    twin = dict(look(mirrored, face, shared_net())[1])
    for name, value in sure(rows).items():
        assert (sure(twin)[name] >= 0.5) == (value >= 0.5)
    assert twin["pose"] == pytest.approx(rows["pose"], abs=0.35)


def test_a_half_is_half_sure_and_one_strange_number_does_not_decide_alone() -> None:
    one = np.ones(2, np.float32)
    judge = Judge(one * 3, one * 2, np.array([0.5, -0.5], np.float32), 0.0)
    assert judge(one * 3) == 0.5
    assert judge(np.array([1e9, 3], np.float32)) == pytest.approx(1 / (1 + np.exp(-2)))


def test_missing_weights_are_said_in_words(no_weights: None, rows: dict[str, NDArray[np.float32]]) -> None:
    with pytest.raises(BundleError, match=r"judges.safetensors cannot be read .*install FaceBridge again"):
        sure(rows)


def test_even_light_leaves_both_halves_alike_and_a_shadow_is_seen_on_either_side() -> None:
    mesh = face_mesh(shared_net())
    plain = np.full((len(mesh.skin), 3), 0.6)
    assert np.abs(halves(painted(plain), mesh)[:20]).max() == pytest.approx(0, abs=1e-5)
    found = list[NDArray[np.float32]]()
    for side in (-1, 1):
        shaded = np.where((mesh.middles_cm[:, 0] * side > 0)[:, None], 0.2, plain)
        found.append(halves(painted(shaded), mesh))
    assert found[0][26] == pytest.approx(found[1][26], abs=1e-3) and found[0][26] > 0.3
    assert found[0][:20].mean() == pytest.approx(found[1][:20].mean(), abs=0.03) and found[0][:20].mean() > 0.3
