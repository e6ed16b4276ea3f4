"""The imitator: its shape, its neutral picture, its optimiser, and that training copies an engine's look."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.models.imitator import Imitator
from core.train.captures import Captures
from core.train.config import ImitatorConfig, overridden
from core.train.imitation_figures import evaluate_imitator, ssim_map
from core.train.imitator import imitation_weights, train_imitator
from core.train.optimizers import orthogonalised
from core.train.profiles import IMITATORS
from core.train.references import References, cube, sweep_parameters
from core.train.report import Report, duration, pair_grid
from core.train.schedule import AveragedWeights, Clock, learning_rate
from engine_bridge.engines import open_engine
from engine_bridge.errors import DatasetError, InputError, SchemaMismatch


def imitator_of(count: int) -> Imitator:
    limit = torch.full((count,), 2.5)
    return Imitator(-limit, limit, torch.zeros(count), torch.rand(3, 256, 256))


def pattern_renders(parameters: np.ndarray) -> np.ndarray:
    engine = open_engine("pattern")
    choices = np.repeat(engine.schema.default_choices[None], len(parameters), axis=0)
    return engine.render(parameters, choices, 256)


@pytest.fixture(scope="module")
def captures() -> Captures:
    schema = open_engine("pattern").schema
    parameters = cube(schema, np.random.default_rng(0), 40, 0.4)
    return Captures(schema, parameters, pattern_renders(parameters), np.arange(40))


@pytest.fixture(scope="module")
def references() -> References:
    schema = open_engine("pattern").schema
    rng = np.random.default_rng(1)
    regimes = {}
    for name, scale in {"uniform": 1.0, "near_neutral": 0.2}.items():
        parameters = cube(schema, rng, 3, scale)
        regimes[name] = (parameters, pattern_renders(parameters))
    sweeps = sweep_parameters(schema)[:8]
    return References(pattern_renders(schema.defaults[None])[0], regimes, (sweeps, pattern_renders(sweeps)))


def test_the_imitator_of_267_parameters_has_the_size_of_table_2() -> None:
    imitator = imitator_of(267)
    assert sum(p.numel() for p in imitator.parameters()) == pytest.approx(3.88e6, rel=0.01)
    shapes = []
    for layer in imitator.upsample:
        layer.register_forward_hook(lambda _m, _i, output: shapes.append(tuple(output.shape[1:])))
    image = imitator(torch.zeros(1, 267))
    assert image.shape == (1, 3, 256, 256)
    assert shapes == [(256, 8, 8), (256, 16, 16), (128, 32, 32), (64, 64, 64), (32, 128, 128), (3, 256, 256)]


def test_a_fresh_imitator_draws_almost_the_neutral_picture_and_stays_in_range() -> None:
    imitator = imitator_of(12)
    with torch.no_grad():
        assert (imitator(torch.zeros(1, 12)) - imitator.neutral).abs().max() < 1e-6
        drawn = imitator(torch.full((1, 12), 2.5))
    assert drawn.min() >= 0 and drawn.max() <= 1
    assert (drawn - imitator.neutral).abs().mean() < 0.1


def test_parameters_are_measured_from_their_defaults_in_half_ranges() -> None:
    imitator = Imitator(torch.tensor([0.0, -1.0]), torch.tensor([4.0, 1.0]), torch.tensor([1.0, 0.0]))
    scaled = imitator.normalise(torch.tensor([[1.0, 0.5], [4.0, -1.0], [0.0, 0.0]]))
    assert torch.allclose(scaled, torch.tensor([[0.0, 0.5], [1.0, -1.0], [-1 / 3, 0.0]]))


def test_orthogonalised_matrices_have_singular_values_near_one() -> None:
    values = torch.linalg.svdvals(orthogonalised(torch.randn(3, 20, 60, generator=torch.Generator().manual_seed(0)), 5))
    assert values.min() > 0.5 and values.max() < 1.5


def test_small_changes_weigh_more_and_the_mean_weight_is_one() -> None:
    weights = imitation_weights(torch.tensor([1e-2, 1e-3, 1e-4]), 1e-4, 0.5)
    assert weights[0] < weights[1] < weights[2]
    assert weights.mean() == pytest.approx(1.0)


def test_a_run_by_the_clock_ends_annealed_and_counts_what_came_before() -> None:
    now = [0.0]
    clock = Clock(10, 1.0, elapsed_s=30.0, now=lambda: now[0])
    assert clock.progress(0) == 0.5
    now[0] = 30.0
    assert clock.progress(3) == 1.0 and clock.left_s(3) == 0.0
    assert Clock(10, 0.0).progress(5) == 0.5
    assert learning_rate(0.0, 0.1, 0.01) < 0.02
    assert learning_rate(0.1, 0.1, 0.01) == pytest.approx(1.0)
    assert learning_rate(1.0, 0.1, 0.01) == pytest.approx(0.01)


def test_averaged_weights_follow_and_can_be_put_back() -> None:
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(module.weight)
    averaged = AveragedWeights(module, 0.5)
    torch.nn.init.zeros_(module.weight)
    for _ in range(20):
        averaged.update(module)
    averaged.copy_to(module)
    assert 0 < float(module.weight.detach()) < 1e-3


def test_ssim_agrees_with_scikit_image() -> None:
    from skimage.metrics import structural_similarity

    rng = np.random.default_rng(0)
    a = rng.random((40, 48, 3)).astype(np.float32)
    b = np.clip(a + 0.1 * rng.standard_normal(a.shape), 0, 1).astype(np.float32)
    result: Any = structural_similarity(a, b, channel_axis=2, data_range=1.0, full=True)
    expected = np.asarray(result[1])
    first, second = (torch.from_numpy(x).permute(2, 0, 1)[None] for x in (a, b))
    ours = ssim_map(first, second)[0].permute(1, 2, 0).numpy()
    assert np.allclose(ours[4:-4, 4:-4], expected[4:-4, 4:-4], atol=1e-4)


class Exact(torch.nn.Module):
    """Draws with the engine itself, times a factor on the change: a perfect or a timid imitator."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(factor))

    def forward(self, parameters: torch.Tensor) -> torch.Tensor:
        schema = open_engine("pattern").schema
        base = torch.from_numpy(pattern_renders(schema.defaults[None])).permute(0, 3, 1, 2) / 255.0
        drawn = torch.from_numpy(pattern_renders(parameters.numpy())).permute(0, 3, 1, 2) / 255.0
        return base + self.factor * (drawn - base)


def test_explained_change_is_one_for_the_engine_itself_and_zero_for_the_neutral_picture(references: References) -> None:
    perfect = evaluate_imitator(Exact(1.0), references.neutral, references.regimes, references.sweeps)
    assert perfect.regimes["uniform"].explained_change == pytest.approx(1.0)
    assert perfect.regimes["near_neutral"].ssim == pytest.approx(1.0)
    assert perfect.sweep_correlation == pytest.approx(1.0)
    constant = evaluate_imitator(Exact(0.0), references.neutral, references.regimes, references.sweeps)
    assert constant.regimes["near_neutral"].explained_change == pytest.approx(0.0, abs=1e-6)
    assert constant.sweep_correlation == pytest.approx(0.0, abs=1e-6)
    half = evaluate_imitator(Exact(0.5), references.neutral, references.regimes, references.sweeps)
    assert half.regimes["uniform"].explained_change == pytest.approx(0.75, abs=1e-3)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An imitator of the same depth with few channels, so that a test can afford dozens of steps."""
    monkeypatch.setattr("core.models.imitator.CHANNELS", (24, 24, 16, 16, 8, 8))


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("optimizer", ["adam", "orthogonal"])
def test_training_learns_resumes_and_reports(
    captures: Captures, references: References, tmp_path: Path, optimizer: str
) -> None:
    config = ImitatorConfig(
        steps=100, batch=4, lr=1e-2, warmup=0.1, ema=0.5, held_out=3, log_every=25, evaluate_every=80,
        threads=1, device="cpu", optimizer=optimizer, orthogonal_lr=0.05,
    )  # fmt: skip
    calls = iter(range(100))
    log = io.StringIO()
    report = Report(tmp_path, log)
    train_imitator(captures, references, config, tmp_path, tmp_path, report, stop=lambda: next(calls) >= 6)
    report = Report(tmp_path, log)
    found = train_imitator(captures, references, config, tmp_path, tmp_path, report)
    assert found is not None
    imitator, figures = found
    text = log.getvalue()
    assert "Going on from step 6" in text and "step    100  100.0 %" in text
    losses = [float(line.split("imitation ")[1].split()[0]) for line in text.splitlines() if "imitation " in line]
    assert losses[-1] < 0.9 * losses[0] and figures.regimes["mixture"].samples == 3
    assert not imitator.training and not any(p.requires_grad for p in imitator.parameters())
    assert not list(tmp_path.rglob("*.pt")) and (tmp_path / "imitator-checkpoint" / "state.json").exists()


@pytest.mark.usefixtures("narrow")
def test_a_checkpoint_of_another_character_is_refused(
    captures: Captures, references: References, tmp_path: Path
) -> None:
    config = ImitatorConfig(steps=1, batch=2, held_out=4, threads=1, device="cpu")
    train_imitator(captures, references, config, tmp_path, tmp_path)
    state = tmp_path / "imitator-checkpoint" / "state.json"
    state.write_text(state.read_text().replace(captures.schema.hash, "0" * 64))
    with pytest.raises(SchemaMismatch, match="give another --out"):
        train_imitator(captures, references, config, tmp_path, tmp_path)


def test_too_few_captures_are_refused(captures: Captures) -> None:
    with pytest.raises(DatasetError, match="held out"):
        captures.split(40)


def test_settings_out_of_range_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="--batch is 0"):
        overridden(IMITATORS["cpu"], {"batch": 0})
    assert overridden(IMITATORS["cpu"], {"batch": 3, "steps": None, "other": 1}).batch == 3


def test_grids_put_each_pair_side_by_side() -> None:
    left, right = torch.zeros(3, 3, 4, 4), torch.ones(3, 3, 4, 4)
    grid = pair_grid(left, right, 2)
    assert grid.shape == (3, 8, 16)
    assert grid[:, :, :4].sum() == 0 and (grid[:, 4:, 8:] == 1).all()
    assert duration(75) == "1:15" and duration(3725) == "1:02:05" and duration(float("inf")) == "?"
