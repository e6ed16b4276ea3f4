"""What is measured of a finished imitator: an exact one scores full marks everywhere, a still one none."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.evaluate.imitation import measure_imitation
from core.models.imitator import Imitator
from core.train.references import References, draw_references
from core.train.results import bounds
from engine_bridge.engines import engine_schema, open_engine

SCHEMA = engine_schema("pattern")


def draw(parameters: np.ndarray) -> np.ndarray:
    engine = open_engine("pattern")
    return engine.render(parameters, np.repeat(SCHEMA.default_choices[None], len(parameters), axis=0), 256)


class Exact(Imitator):
    """Draws with the engine itself, times a factor on the change."""

    def __init__(self, factor: float) -> None:
        neutral = torch.from_numpy(draw(SCHEMA.defaults[None])[0]).permute(2, 0, 1) / 255.0
        super().__init__(*bounds(SCHEMA), neutral=neutral)
        self.factor = factor

    def change(self, parameters: Tensor) -> Tensor:
        drawn = torch.from_numpy(draw(parameters.numpy())).permute(0, 3, 1, 2) / 255.0
        return self.factor * (drawn - self.neutral)


@pytest.fixture(scope="module")
def references() -> References:
    return draw_references(SCHEMA, draw, per_regime=2)


def test_an_exact_imitator_explains_every_change_and_a_still_one_none(references: References) -> None:
    told: list[tuple[int, int]] = []
    exact = measure_imitation(
        Exact(1.0), SCHEMA, references, references.regimes["uniform"], progress=lambda *at: told.append(at)
    )
    assert set(exact.regimes) == {"uniform", "near_neutral", "sweeps", "photos"}
    for figures in (*exact.regimes.values(), exact.groups["waves"].sweeps):
        assert figures.explained_change == pytest.approx(1.0) and figures.ssim == pytest.approx(1.0)
        assert figures.psnr_db == pytest.approx(100.0) == pytest.approx(figures.psnr_picture_db)
    assert exact.sweep_correlation == pytest.approx(1.0) == pytest.approx(exact.sweep_explained_change)
    assert exact.groups["waves"].explained_where_it_acts == pytest.approx(
        {"uniform": 1.0, "near_neutral": 1.0, "photos": 1.0}
    )
    assert exact.as_dict()["regimes"]["uniform"]["samples"] == 2
    assert told[-1] == (2 + 2 + 2 * SCHEMA.count + 2,) * 2
    still = measure_imitation(Exact(0.0), SCHEMA, references)
    assert all(figures.explained_change == pytest.approx(0.0, abs=1e-6) for figures in still.regimes.values())
    assert still.sweep_correlation == pytest.approx(0.0, abs=1e-6) and len(still.weakest) == 10


def test_a_parameter_that_moves_nothing_is_named_and_not_averaged(references: References) -> None:
    parameters, images = references.sweeps
    images = images.copy()
    images[2:4] = references.neutral
    found = measure_imitation(
        Exact(1.0), SCHEMA, References(references.neutral, references.regimes, (parameters, images))
    )
    assert found.unseen == (SCHEMA.names[1],)
    assert math.isnan(found.parameters[1].sweep_correlation) and found.sweep_correlation == pytest.approx(1.0)
