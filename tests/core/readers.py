"""Readers for tests: random tensors of the right shapes, for any number of parameters."""

from __future__ import annotations

import torch

from core.models.reader import BLENDSHAPES, EMBEDDING, Reader
from core.perception.appearance import REGIONS

READ, DIRECTIONS = 351, 5


def random_reader(parameters: int, groups: int = 2, choices: dict[int, int] | None = None, gain: float = 0.1) -> Reader:
    """A reader of random maps; `choices` maps a choice's number to its number of options."""
    draw = torch.Generator().manual_seed(0)
    features = EMBEDDING + DIRECTIONS + 3 * len(REGIONS) + 3

    def normal(*shape: int) -> torch.Tensor:
        return gain * torch.randn(*shape, generator=draw)

    tensors = {
        "directions": normal(READ, DIRECTIONS),
        "centre": normal(READ),
        "expression": normal(BLENDSHAPES, DIRECTIONS),
        "expression_mean": normal(BLENDSHAPES),
        "embedding_mean": normal(EMBEDDING),
        "group_weight": normal(EMBEDDING, groups),
        "group_bias": normal(groups),
        "feature_mean": normal(groups, features),
        "archetype": normal(groups, parameters),
        "gain": torch.ones(groups, parameters),
        "weight": normal(features, parameters),
        "confidence": torch.full((parameters,), 0.5),
    }
    for number, options in (choices or {}).items():
        tensors |= {f"choice_{number}_weight": normal(EMBEDDING, options), f"choice_{number}_bias": normal(options)}
    return Reader(tensors)
