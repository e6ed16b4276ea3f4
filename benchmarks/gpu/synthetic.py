"""Data of the right shapes without meaning, so that a training step can be timed without captures and photos."""

from __future__ import annotations

import numpy as np
import torch

from core.align.cache import PhotoCache
from core.perception.appearance import REGIONS
from core.train.captures import Captures
from core.train.landmark_map import Constants
from core.train.photos import Photos
from core.train.references import References, sweep_parameters
from engine_bridge.engines import engine_schema

CHARACTER = "embedded"


def captures(count: int) -> Captures:
    """Random parameters with random pictures."""
    schema, rng = engine_schema(CHARACTER), np.random.default_rng(0)
    parameters = rng.uniform(schema.minimum, schema.maximum, (count, schema.count)).astype(np.float32)
    images = rng.integers(0, 256, (count, 256, 256, 3), np.uint8)
    return Captures(schema, parameters, images, np.arange(count))


def photos(people: int, each: int = 2) -> Photos:
    """Random pictures of so many people, none held out."""
    rng, count = np.random.default_rng(1), people * each
    cache = PhotoCache(
        images=rng.integers(0, 256, (count, 256, 256, 3), np.uint8),
        points=rng.uniform(60, 200, (count, 478, 3)).astype(np.float32),
        identity=np.repeat(np.arange(people, dtype=np.int32), each),
        embeddings=rng.standard_normal((count, 128)).astype(np.float32),
        geometry=rng.standard_normal((count, 468, 3)).astype(np.float32),
        blendshapes=rng.uniform(0, 1, (count, 52)).astype(np.float32),
        yaw=np.zeros(count, np.float32),
        template=np.zeros((5, 2), np.float32),
        people=tuple(f"p{i}" for i in range(people)),
        photos=tuple(f"p{i // each}/{i}.jpg" for i in range(count)),
        skipped={},
    )
    return Photos(cache, held_out_people=0)


def constants(of: Captures) -> Constants:
    """Landmarks spread over the picture, means of zero."""
    draw = torch.Generator().manual_seed(0)
    points = 60 + 130 * torch.rand(478, 2, generator=draw)
    weight = torch.randn(of.schema.count, 478, 2, generator=draw)
    means = torch.zeros(128), torch.zeros(468, 3), torch.zeros(len(REGIONS), 3)
    return Constants(weight, points, *means, torch.zeros(5, 2))


def references(of: Captures) -> References:
    """The first capture as the neutral picture, others as sweeps."""
    sweeps = sweep_parameters(of.schema)
    rows = np.arange(len(sweeps)) % len(of)
    return References(of.images[0], {}, (sweeps, of.images[rows]))
