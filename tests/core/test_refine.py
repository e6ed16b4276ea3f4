"""Refining moves a reading to where its picture says what the photo says, and keeps what must not move."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.bundle import Bundle
from core.perception.features import FaceFeatures
from core.perception.geometry import LandmarkNet
from core.perception.identity import IdentityNet
from core.refine import RefineConfig, Refiner
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from tests.core.bundles import TEMPLATE, save_random_bundle

COUNT = engine_schema("pattern").count


@pytest.fixture(scope="module")
def refiner(tmp_path_factory: pytest.TempPathFactory) -> Refiner:
    bundle = Bundle.load(save_random_bundle(tmp_path_factory.mktemp("refine") / "random"))
    # Landmarks at a face's place, so that chips and crops have an extent.
    points = torch.from_numpy(TEMPLATE).repeat(96, 1)[:478] + torch.linspace(0, 9, 478)[:, None]
    bundle.constants["landmark_bias"].copy_(points)
    bundle.reader.gain[:, 0] = 0.0
    return Refiner(bundle, LandmarkNet.load(), IdentityNet.load())


@pytest.fixture(scope="module")
def photo() -> FaceFeatures:
    draw = torch.Generator().manual_seed(3)
    return FaceFeatures(
        0.1 * torch.randn(1, 128, generator=draw),
        torch.randn(1, 468, 3, generator=draw),
        torch.rand(1, 10, 3, generator=draw),
        torch.rand(1, 3, generator=draw),
        torch.rand(1, 52, generator=draw),
    )


def test_the_loss_falls_and_what_is_held_stays(refiner: Refiner, photo: FaceFeatures) -> None:
    start = torch.zeros(COUNT)
    found = refiner.refine(photo, start, RefineConfig(steps=6, stay=0.0))
    assert found.loss_after < found.loss_before
    assert found.steps == 6
    assert float(found.parameters[0]) == 0.0
    assert float(found.parameters[1:].abs().max()) > 0.02


def test_a_strong_wish_to_stay_keeps_the_face(refiner: Refiner, photo: FaceFeatures) -> None:
    loose, tight = (
        refiner.refine(photo, torch.zeros(COUNT), RefineConfig(steps=6, stay=stay)).parameters.norm()
        for stay in (0.0, 1e4)
    )
    assert tight < 0.6 * loose


def test_stopping_at_once_returns_the_start(refiner: Refiner, photo: FaceFeatures) -> None:
    start = torch.full((COUNT,), 0.25)
    found = refiner.refine(photo, start, stop=lambda step: step == 1)
    assert torch.equal(found.parameters, start) or found.steps == 0
    assert torch.equal(refiner.refine(photo, start, RefineConfig(steps=0)).parameters, start)


def test_a_foolish_number_of_steps_is_refused(refiner: Refiner, photo: FaceFeatures) -> None:
    with pytest.raises(InputError, match="expected 0 to 1000"):
        refiner.refine(photo, config=replace(RefineConfig(), steps=5000))
