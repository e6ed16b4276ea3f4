"""Bundles for tests of importing: one whose networks take a millisecond, one of real networks with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.bundle import Bundle, constant_shapes
from core.models.imitator import Imitator
from core.models.reader import Reader
from core.models.regressor import Reconstructor as ReconstructorNet
from core.reconstruct import Reconstructor
from core.train.results import bounds
from engine_bridge.engines import engine_schema
from engine_bridge.schema import CharacterSchema
from tests.core.readers import random_reader

TEMPLATE = np.array([[90, 110], [166, 110], [128, 150], [100, 185], [156, 185]], np.float32)


class CoarseNet(nn.Module):
    """Mean colours of a 4 x 4 grid, mixed by fixed weights: enough to tell pictures apart."""

    weight: Tensor

    def __init__(self, parameters: int, gain: float) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.register_buffer("weight", gain * torch.randn(parameters, 48, generator=generator))

    def forward(self, images: Tensor) -> Tensor:
        """(B,3,256,256) -> (B,P), in no particular range."""
        return nn.functional.adaptive_avg_pool2d(images, 4).flatten(1) @ self.weight.t()


@dataclass(frozen=True)
class CoarseBundle:
    """What a reconstructor needs of a bundle."""

    schema: CharacterSchema
    reconstructor: nn.Module
    imitator: nn.Module
    reader: Reader
    template: NDArray[np.float32]
    card: dict[str, str]


def coarse(gain: float = 1.0, batch_photos: int | None = None) -> Reconstructor:
    """A reconstructor for the pattern engine's character, by an encoder of a millisecond."""
    schema = engine_schema("pattern")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        imitator = Imitator(*bounds(schema))
    net, reader, card = CoarseNet(schema.count, gain), random_reader(schema.count), {"name": "coarse", "version": "1"}
    bundle = CoarseBundle(schema, net, imitator, reader, TEMPLATE, card)
    return Reconstructor(cast(Any, bundle), batch_photos=batch_photos, method="encoder")


def save_random_bundle(folder: Path, engine: str = "pattern") -> Path:
    """Write a bundle of the real networks with random weights for an engine's character."""
    schema = engine_schema(engine)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        imitator, reconstructor = Imitator(*bounds(schema)), ReconstructorNet(*bounds(schema))
    constants = {name: torch.zeros(shape) for name, shape in constant_shapes(schema.count).items()}
    constants["template"] = torch.from_numpy(TEMPLATE)
    # Landmarks at a face's place, so that what is cut out around them has an extent.
    constants["landmark_bias"] = torch.from_numpy(TEMPLATE).repeat(96, 1)[:478] + torch.linspace(0, 9, 478)[:, None]
    card = {"name": "random", "version": "1", "licence": "none"}
    reader = random_reader(schema.count, choices={0: len(schema.choices[0].options)})
    Bundle(schema, imitator, reconstructor, reader, constants, card).save(folder)
    return folder
