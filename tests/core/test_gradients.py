"""Derivatives of the imitator beside the engine's differences: direction, size, and what is below 8-bit noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.evaluate.gradients import both_sides, engine_differences, gradient_points, point_agreement, summarise
from core.models.imitator import Imitator
from core.train.results import bounds
from engine_bridge.engines import engine_schema, open_engine

SCHEMA = engine_schema("pattern")


def draw(parameters: np.ndarray) -> np.ndarray:
    engine = open_engine("pattern")
    return engine.render(parameters, np.repeat(SCHEMA.default_choices[None], len(parameters), axis=0), 256)


class Sloped(Imitator):
    """Changes by a fixed picture for each parameter, in proportion."""

    def __init__(self, pictures: Tensor) -> None:
        super().__init__(*bounds(SCHEMA))
        self.pictures = pictures

    def change(self, parameters: Tensor) -> Tensor:
        return torch.einsum("bp,pchw->bchw", parameters, self.pictures)


def test_points_and_steps_stay_within_the_ranges() -> None:
    points = gradient_points(SCHEMA, 2)
    assert np.array_equal(points[0], SCHEMA.defaults) and np.abs(points[1:]).max() <= 0.5 + 1e-6
    edge = np.where(np.arange(SCHEMA.count) == 3, SCHEMA.maximum, SCHEMA.defaults)
    rows = both_sides(SCHEMA, edge)
    assert rows[7, 3] == SCHEMA.maximum[3] and rows[6, 3] == pytest.approx(SCHEMA.maximum[3] - 0.5)
    assert rows[8, 4] == pytest.approx(-0.5) and rows[9, 4] == pytest.approx(0.5)


def test_derivatives_are_compared_in_direction_and_size_and_noise_is_set_apart() -> None:
    differences = engine_differences(SCHEMA, draw, SCHEMA.defaults)
    assert differences.shape == (SCHEMA.count, 256, 256, 3) and np.abs(differences).max() > 1
    pictures = torch.from_numpy(differences).permute(0, 3, 1, 2).float() / 255  # over a step of 2 * 0.2 * 2.5 = 1
    differences[2] = np.sign(differences[2])  # nothing but single levels
    differences[5] = 0
    area = np.ones((256, 256), bool)
    found = point_agreement(Sloped(0.5 * pictures), SCHEMA, SCHEMA.defaults, differences, area)
    known = np.delete(np.arange(SCHEMA.count), [2, 5])
    assert np.allclose(found.cosine[known], 1.0, atol=1e-3) and np.allclose(found.gain[known], 0.5, atol=1e-3)
    assert np.allclose(found.same_step[known], 1.0, atol=1e-3) and (found.noise[known] < 0.5).all()
    assert np.isnan(found.cosine[[2, 5]]).all() and found.noise[[2, 5]].tolist() == [1.0, 1.0]
    backwards = point_agreement(Sloped(-0.1 * pictures), SCHEMA, SCHEMA.defaults, differences, area)
    both = summarise(SCHEMA.names, [found])
    assert both.cosine == pytest.approx(1.0, abs=1e-3) and both.wrong_way == 0.0
    assert both.below_noise == (SCHEMA.names[2], SCHEMA.names[5])
    assert summarise(SCHEMA.names, [backwards]).wrong_way == 1.0
