"""Training of E, D and R: every loss is computed, gradients reach the networks, and a stopped run goes on."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core.models.regressor import Reconstructor
from core.perception.appearance import REGIONS
from core.perception.geometry import LandmarkNet
from core.perception.identity import IdentityNet
from core.train.captures import Captures
from core.train.config import ReconstructorConfig
from core.train.imitator import make_imitator
from core.train.landmark_map import Constants
from core.train.photos import Photos
from core.train.reconstruction_figures import correlations, spearman, verification_auc
from core.train.reconstructor import ReconstructorRun
from core.train.reconstructor_step import DomainMemory, StepLosses, visibility
from core.train.references import References, cube, sweep_parameters
from core.train.report import Report
from core.train.results import bounds
from engine_bridge.engines import open_engine
from tests.core.test_train_inputs import photo_cache

CONFIG = ReconstructorConfig(
    steps=3, batch=2, lr=1e-4, warm_start=0.5, parameter_weight=1.0, appearance_weight=1.0, prior_weight=0.1,
    codebook_photos=1.0, domain_memory=4, geometry_batch=1, held_out=2, held_out_people=2, log_every=1,
    evaluate_every=100, threads=1, device="cpu", optimizer="orthogonal", orthogonal_lr=0.005,
)  # fmt: skip


def renders(parameters: np.ndarray) -> np.ndarray:
    engine = open_engine("pattern")
    return engine.render(parameters, np.zeros((len(parameters), 1), np.uint8), 256)


@pytest.fixture(scope="module")
def nets() -> tuple[LandmarkNet, IdentityNet]:
    return LandmarkNet.load(), IdentityNet.load()


@pytest.fixture(scope="module")
def captures() -> Captures:
    schema = open_engine("pattern").schema
    parameters = cube(schema, np.random.default_rng(0), 10, 1.0)
    return Captures(schema, parameters, renders(parameters), np.arange(10))


@pytest.fixture(scope="module")
def references(captures: Captures) -> References:
    sweeps = sweep_parameters(captures.schema)
    return References(renders(captures.schema.defaults[None])[0], {}, (sweeps, renders(sweeps)))


@pytest.fixture(scope="module")
def photos() -> Photos:
    return Photos(photo_cache(5, 2), held_out_people=2)


@pytest.fixture(scope="module")
def constants(captures: Captures) -> Constants:
    rng = torch.Generator().manual_seed(0)
    points = 60 + 130 * torch.rand(478, 2, generator=rng)
    weight = torch.randn(captures.schema.count, 478, 2, generator=rng)
    means = torch.zeros(128), torch.zeros(468, 3), torch.zeros(len(REGIONS), 3)
    return Constants(weight, points, *means, torch.zeros(5, 2))


@pytest.fixture(scope="module")
def step(
    captures: Captures,
    photos: Photos,
    constants: Constants,
    references: References,
    nets: tuple[LandmarkNet, IdentityNet],
) -> StepLosses:
    torch.manual_seed(0)
    imitator = make_imitator(captures, references.neutral)
    seen = visibility(references.neutral, references.sweeps[1])
    return StepLosses(imitator, captures, photos, constants, seen, 0.01, CONFIG, torch.device("cpu"), nets)


def test_a_step_computes_every_loss_and_its_gradient_reaches_e_d_and_r(
    step: StepLosses, captures: Captures, photos: Photos
) -> None:
    torch.manual_seed(0)
    model = Reconstructor(*bounds(captures.schema)).train()
    rng = np.random.default_rng(0)
    batch = photos.batch(2, rng)
    terms, _, drawn = step.on_both(model.reconstruct, step.renders(np.arange(2), batch.images[:2]), batch, rng)
    numbers = terms.numbers()
    expected = {
        "pixel", "codebook", "domain", "contrastive", "geometry", "identity", "parameter", "appearance", "prior",
    }  # fmt: skip
    assert set(numbers) == expected and all(math.isfinite(v) and v >= 0 for v in numbers.values())
    assert drawn.shape == (4, 3, 256, 256)
    terms.total(step.weights).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None and bool(torch.isfinite(weight.grad).all()), name
    assert all(w.grad is None for w in step.imitator.parameters())


def test_the_consistency_losses_alone_move_the_parameters_of_photos(
    step: StepLosses, captures: Captures, photos: Photos
) -> None:
    rng = np.random.default_rng(0)
    batch = photos.batch(2, rng)
    terms, found, _ = step.on_both(
        Reconstructor(*bounds(captures.schema)).train().reconstruct, step.renders(np.arange(2), None), batch, rng
    )
    assert terms.geometry is not None and terms.identity is not None and terms.appearance is not None
    for loss in (terms.geometry, terms.identity, terms.appearance):
        (gradient,) = torch.autograd.grad(loss, found.parameters, retain_graph=True)
        assert float(gradient[:4].abs().sum()) > 0 and float(gradient[4:].abs().sum()) == 0


def test_a_stopped_run_goes_on_and_ends_with_figures(
    captures: Captures,
    photos: Photos,
    constants: Constants,
    references: References,
    nets: tuple[LandmarkNet, IdentityNet],
    tmp_path: Path,
) -> None:
    imitator = make_imitator(captures, references.neutral)

    log = io.StringIO()

    def run() -> ReconstructorRun:
        report = Report(tmp_path, log)
        return ReconstructorRun(
            imitator, captures, photos, constants, references, CONFIG, tmp_path, tmp_path, report, nets
        )

    calls = iter(range(9))
    assert run().train(stop=lambda: next(calls) >= 1) is None
    resumed = run()
    assert resumed.step == 1
    found = resumed.train()
    assert found is not None
    model, figures = found
    text = log.getvalue()
    assert "step      3  100.0 %" in text and "contrastive" in text
    assert figures.photos == 4 and 0 <= figures.verification_auc <= 1
    assert not model.training


def test_the_memory_keeps_the_newest_samples_without_gradient() -> None:
    memory = DomainMemory(3)
    first = torch.ones(2, 1, requires_grad=True)
    assert memory.with_earlier("p", first).shape == (2, 1)
    second = memory.with_earlier("p", torch.full((2, 1), 2.0))
    assert second[:, 0].tolist() == [2.0, 2.0, 1.0, 1.0] and not second.requires_grad
    assert memory.with_earlier("p", torch.full((1, 1), 3.0))[:, 0].tolist() == [3.0, 2.0, 2.0, 1.0]
    assert DomainMemory(0).with_earlier("p", first) is first


def test_visibility_is_the_change_that_a_sweep_makes() -> None:
    neutral = np.full((4, 4, 3), 100, np.uint8)
    sweeps = np.stack([neutral + 10, neutral - 10, neutral, neutral])
    assert visibility(neutral, sweeps).tolist() == pytest.approx([2.0, 0.0])


def test_verification_and_rank_figures_match_their_definitions() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]])
    assert verification_auc(vectors, torch.tensor([0, 0, 1, 1])) == 1.0
    assert verification_auc(vectors, torch.tensor([0, 1, 0, 1])) < 0.5
    assert math.isnan(verification_auc(vectors, torch.tensor([0, 1, 2, 3])))
    a = np.array([0.1, 0.5, 0.2, 0.9], np.float32)
    assert spearman(a, a**3) == pytest.approx(1.0) and spearman(a, -a) == pytest.approx(-1.0)
    columns = torch.tensor([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])
    found = correlations(columns, columns)
    assert found[0] == pytest.approx(1.0) and np.isnan(found[1])
