"""Refining moves a reading to where its picture says what the photo says, and keeps what must not move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.bundle import Bundle
from core.perception.features import FaceFeatures
from core.perception.geometry import LandmarkNet
from core.perception.identity import IdentityNet
from core.refine import RefineConfig, Refiner
from engine_bridge.engines import engine_schema
from engine_bridge.errors import BundleError, InputError
from tests.core.bundles import save_random_bundle

COUNT = engine_schema("pattern").count


@pytest.fixture(scope="module")
def refiner(tmp_path_factory: pytest.TempPathFactory) -> Refiner:
    bundle = Bundle.load(save_random_bundle(tmp_path_factory.mktemp("refine") / "random"))
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


def test_what_is_not_free_stays_and_partners_stay_equal(refiner: Refiner, photo: FaceFeatures) -> None:
    start, free, partners = torch.zeros(COUNT), torch.ones(COUNT, dtype=torch.bool), torch.arange(COUNT)
    free[1], partners[2], partners[3] = False, 3, 2
    told: list[float] = []
    config = RefineConfig(steps=6, stay=0.0)
    found = refiner.refine(
        photo, start, config, free=free, partners=partners, progress=lambda best: told.append(best.loss_after)
    ).parameters
    assert found[1] == 0 and found[2] == found[3] != 0
    assert told == sorted(told, reverse=True) and len(told) == 7


def test_an_engines_picture_is_judged_by_the_same_measure(refiner: Refiner, photo: FaceFeatures) -> None:
    target, picture = refiner.target(photo), torch.full((1, 3, 256, 256), 0.5)
    own = refiner.features(picture, torch.zeros(1, COUNT)).expand(2, -1)
    distances = [
        refiner.distance(target, image, torch.zeros(1, COUNT), own) for image in (picture, torch.zeros_like(picture))
    ]
    assert distances[0] != distances[1] and all(value > 0 for value in distances)


def test_a_bundle_without_a_face_is_refused_instead_of_crashing(tmp_path: Path) -> None:
    bundle = Bundle.load(save_random_bundle(tmp_path / "random"))
    bundle.constants["landmark_bias"].zero_()
    with pytest.raises(BundleError, match="shows no face"):
        Refiner(bundle, LandmarkNet.load(), IdentityNet.load())
