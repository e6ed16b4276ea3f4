"""Suggestions recover parameters that act linearly on the features, whatever constant sets the domains apart."""

import pytest
import torch

from core.train.suggestions import MIN_RENDERS, FaceFeatures, suggest_parameters
from engine_bridge.errors import DatasetError

PARAMETERS, REGIONS = 6, 10


def faces(parameters: torch.Tensor, offset: float, seed: int = 0) -> FaceFeatures:
    """Features that parameters (N, 6) move linearly, on top of a constant of the domain."""
    draw = torch.Generator().manual_seed(seed)
    embedding = parameters @ torch.randn(PARAMETERS, 128, generator=draw)
    geometry = parameters @ torch.randn(PARAMETERS, 468 * 3, generator=draw)
    colours = 0.02 * parameters @ torch.randn(PARAMETERS, REGIONS * 3, generator=draw)
    return FaceFeatures(
        embedding + offset, (geometry - offset).unflatten(1, (468, 3)), (0.5 + colours).unflatten(1, (REGIONS, 3))
    )


def uniform(count: int, seed: int) -> torch.Tensor:
    return 2.0 * torch.rand(count, PARAMETERS, generator=torch.Generator().manual_seed(seed)) - 1.0


def test_photos_get_the_parameters_that_made_their_features() -> None:
    known, hidden = uniform(600, 1), 0.5 * uniform(100, 2)
    found = suggest_parameters(faces(known, 0.0), known, faces(hidden, 3.0))
    expected = hidden - hidden.mean(0) + known.mean(0)
    assert found.explained > 0.95
    assert torch.corrcoef(torch.stack([found.parameters.flatten(), expected.flatten()]))[0, 1] > 0.98


def test_features_that_say_nothing_suggest_the_mean() -> None:
    known = uniform(600, 1)
    found = suggest_parameters(faces(uniform(600, 7), 0.0), known, faces(uniform(50, 8), 0.0))
    assert found.explained < 0.05
    assert found.parameters.abs().mean() < 0.2


def test_suggestions_stay_inside_the_range() -> None:
    known = uniform(400, 1)
    found = suggest_parameters(faces(known, 0.0), known, faces(4.0 * uniform(50, 2), 0.0))
    assert float(found.parameters.abs().max()) == 1.0


def test_too_few_renders_are_refused_with_what_to_do() -> None:
    known = uniform(MIN_RENDERS - 1, 1)
    with pytest.raises(DatasetError, match="more --samples"):
        suggest_parameters(faces(known, 0.0), known, faces(known, 0.0))
