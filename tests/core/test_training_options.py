"""Profiles and options of the trainings: what they set, and that each does what its line in the config says."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from core import losses
from core.models.imitator import Imitator
from core.models.regressor import Reconstructor
from core.models.vqvae import VectorQuantisedCoder
from core.perception.identity import IdentityNet
from core.train.config import ImitatorConfig, ReconstructorConfig, overridden
from core.train.networks import Drawn, Reconstructing
from core.train.optimizers import make_optimizers
from core.train.prior import read_prior
from core.train.profiles import IMITATORS, PROFILES, RECONSTRUCTORS
from core.train.results import bounds
from core.train.schedule import rate_share
from core.train.sharpness import PerceptualLoss, pyramid_loss, unit_of
from core.train.snapshots import load_snapshots
from engine_bridge.engines import open_engine
from engine_bridge.errors import InputError
from tests.core.training import NARROW, Recorder, reconstructor_run, run_imitator, run_reconstructor


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.imitator.CHANNELS", NARROW)


def test_the_paper_s_profile_is_its_schedule_and_its_losses_and_nothing_of_ours() -> None:
    imitator, reconstructor = IMITATORS["paper"], RECONSTRUCTORS["paper"]
    for config in (imitator, reconstructor):
        assert (config.optimizer, config.lr, config.beta2, config.epochs) == ("adam", 3e-4, 0.999, 150)
        assert config.schedule == "halving" and config.ema == 0.0 and config.clip_norm == 0.0
        assert not config.minutes and not config.bf16 and config.compile == "off"
    assert imitator.batch == 128 and imitator.change_power == 0.0
    assert imitator.pyramid_weight == imitator.perceptual_weight == 0.0
    weights = {
        "restored_weight": 1.0, "domain_weight": 0.01, "contrastive_weight": 0.02, "consistency_weight": 0.02,
        "codebook_beta": 0.25, "commitment_alpha": 0.25, "temperature": 0.07,
    }  # fmt: skip
    assert {name: getattr(reconstructor, name) for name in weights} == weights
    ours = (
        "warm_start", "parameter_weight", "appearance_weight", "suggestion_weight", "prior_weight", "refit_faces",
        "codebook_photos", "domain_memory", "degrade", "centred", "expression_removed", "codebook_additions",
    )  # fmt: skip
    assert [name for name in ours if getattr(reconstructor, name)] == []


def test_the_paper_s_rate_halves_after_each_50_of_150_epochs() -> None:
    shares = [rate_share((epoch + 0.5) / 150, "halving", 0.02, 0.05) for epoch in (0, 49, 50, 99, 100, 149)]
    assert shares == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    with pytest.raises(InputError, match="cosine or halving"):
        rate_share(0.5, "linear", 0.0, 0.0)


def test_every_profile_is_accepted_and_the_gpu_s_two_trainings_take_24_minutes() -> None:
    for name in PROFILES:
        assert overridden(IMITATORS[name], {}) == IMITATORS[name]
        assert overridden(RECONSTRUCTORS[name], {}) == RECONSTRUCTORS[name]
    assert IMITATORS["gpu"].minutes + RECONSTRUCTORS["gpu"].minutes == 24.0
    assert overridden(IMITATORS["paper"], {"steps": 5}).epochs == 0
    assert overridden(IMITATORS["gpu"], {"epochs": 5}).minutes == 0.0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"compile": "fast"}, "--compile is 'fast'"),
        ({"contrastive": "raw"}, "--contrastive is 'raw'"),
        ({"batch": 5}, "--batch is 5; .* even number"),
        ({"stop_after": -1.0}, "--stop-after is -1.0"),
    ],
)
def test_settings_without_a_meaning_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        overridden(RECONSTRUCTORS["cpu"], values)


def test_codes_learn_at_everybody_s_rate_where_additions_are_off() -> None:
    coder = VectorQuantisedCoder()
    for additions, speed in ((True, 10.0), (False, 1.0)):
        (adam,) = make_optimizers(coder, ReconstructorConfig(codebook_additions=additions))
        rates = [group["peak_lr"] for group in adam.param_groups]
        assert rates[1] == pytest.approx(speed * rates[0])


@pytest.mark.usefixtures("narrow")
def test_half_the_bits_draw_nearly_the_same_and_hand_back_whole_numbers() -> None:
    limits = bounds(open_engine("pattern").schema)
    torch.manual_seed(0)
    imitator = Imitator(*limits)
    parameters = torch.rand(1, len(limits[0]))
    whole, half = (Drawn(imitator, bf16)(parameters).detach() for bf16 in (False, True))
    assert half.dtype == torch.float32 and not torch.equal(half, whole)
    change = (whole - imitator.neutral).square().mean().sqrt()
    assert float((half - whole).square().mean().sqrt() / change) < 0.02


def test_half_the_bits_are_for_e_and_d_and_r_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Reconstructor(*bounds(open_engine("pattern").schema))
    seen: list[bool] = []

    def features(images: torch.Tensor) -> SimpleNamespace:
        seen.append(torch.is_autocast_enabled("cpu"))
        return SimpleNamespace(features=torch.zeros(1, 128, 64, 64, dtype=torch.bfloat16))

    monkeypatch.setattr(model.coder, "forward", features)
    for bf16 in (True, False):
        found = Reconstructing(model, bf16)(torch.zeros(1, 3, 256, 256))
        assert found.parameters.dtype == found.feature.dtype == torch.float32
    assert seen == [True, False]


@pytest.mark.usefixtures("narrow")
def test_compilation_is_asked_of_torch_in_the_mode_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(
        torch.nn.Module, "compile", lambda self, mode: asked.append((type(self).__name__, mode)), raising=True
    )
    limits = bounds(open_engine("pattern").schema)
    Drawn(Imitator(*limits))
    assert asked == []
    Drawn(Imitator(*limits), compile_mode="reduce-overhead")
    Reconstructing(Reconstructor(*limits), compile_mode="default")
    assert asked[0] == ("Drawn", "reduce-overhead") and [mode for _, mode in asked[1:]] == ["default"] * 4


@pytest.mark.usefixtures("narrow")
def test_snapshots_are_kept_where_they_are_asked_for_and_change_nothing(tmp_path: Path) -> None:
    plain = run_reconstructor(tmp_path / "plain", 1, warm_start=0.9).steps
    kept = run_reconstructor(tmp_path / "kept", 1, warm_start=0.9, snapshots=True).steps
    assert kept == plain
    assert [snapshot.step for snapshot in load_snapshots(tmp_path / "kept")] == [0]
    assert not (tmp_path / "plain" / "snapshots").exists()


@pytest.mark.usefixtures("narrow")
def test_a_prior_takes_the_renders_place_in_parameter_space_only_and_both_halves_are_logged(tmp_path: Path) -> None:
    schema = open_engine("pattern").schema
    rng = np.random.default_rng(0)
    path = tmp_path / "prior.npz"
    np.savez(path, parameters=rng.uniform(-0.1, 0.1, (40, schema.count)).astype(np.float32), schema=schema.hash)
    plain, drawn = (
        run_reconstructor(tmp_path / name, 1, warm_start=0.0, prior=prior).steps[0]
        for name, prior in (("plain", ""), ("prior", str(path)))
    )
    assert plain["domain"] == pytest.approx(plain["domain_f"] + plain["domain_p"])
    assert drawn["domain_f"] == plain["domain_f"] and drawn["domain_p"] != plain["domain_p"]


def test_a_prior_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    schema = open_engine("pattern").schema
    path = tmp_path / "prior.npz"
    good = np.zeros((20, schema.count), np.float32)
    np.savez(path, parameters=good)
    assert read_prior(path, schema).shape == good.shape
    half = 0.5 * np.asarray(schema.maximum - schema.defaults, np.float32)
    np.savez(path, values=np.tile(schema.defaults + half, (16, 1)), schema=schema.hash)
    assert np.allclose(read_prior(path, schema), 0.5), "known faces are in the schema's units"
    spoilt: tuple[tuple[dict[str, Any], str], ...] = (
        ({"parameters": good[:3]}, "at least 16 rows"),
        ({"parameters": good[:, :-1]}, f"rows of {schema.count}"),
        ({"parameters": good + 9}, "beyond 2 half-ranges"),
        ({"parameters": good, "schema": "f" * 64}, "made for schema ffffffffffff, not for"),
        ({"other": good}, "cannot be read"),
    )
    for arrays, sentence in spoilt:
        np.savez(path, **arrays)
        with pytest.raises(InputError, match=sentence):
            read_prior(path, schema)
    path.write_text("text")
    with pytest.raises(InputError, match="not an npz file"):
        read_prior(path, schema)


@pytest.mark.usefixtures("narrow")
def test_a_visible_contrastive_loss_does_not_hear_what_nobody_sees(tmp_path: Path) -> None:
    run = reconstructor_run(tmp_path, Recorder(), contrastive="visible", warm_start=0.0)
    seen = torch.zeros_like(run.losses.visibility)
    seen[:3] = 1.0
    run.losses.visibility = seen
    asked: list[torch.Tensor] = []
    original = losses.contrastive_loss

    def note(query: torch.Tensor, positive: torch.Tensor, *rest: Any) -> torch.Tensor:
        asked.extend((query.detach(), positive.detach()))
        return original(query, positive, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(losses, "contrastive_loss", note)
        run.train(stop=lambda: run.step >= 1)
    assert len(asked) == 2
    for side in asked:
        assert float(side[:, 3:].abs().max()) == 0.0 and float(side[:, :3].abs().max()) > 0.0


def test_the_pyramid_counts_every_scale_and_the_perceptual_loss_is_safe_on_black() -> None:
    torch.manual_seed(0)
    wanted = torch.rand(2, 3, 256, 256)
    perceptual = PerceptualLoss(IdentityNet.load())
    for loss in (pyramid_loss, perceptual):
        assert loss(wanted, wanted).shape == (2,) and float(loss(wanted, wanted).abs().max()) < 1e-6
        black = torch.zeros(2, 3, 256, 256, requires_grad=True)
        found = loss(black, torch.zeros(2, 3, 256, 256) + wanted)
        (gradient,) = torch.autograd.grad(found.sum(), black)
        assert bool(gradient.isfinite().all()) and float(gradient.abs().sum()) > 0
    # A squared error of the same size: blur loses detail, a shift of brightness does not.
    brighter = wanted + 0.1
    blurred = torch.nn.functional.interpolate(torch.nn.functional.avg_pool2d(wanted, 4), scale_factor=4)
    blurred = wanted + (blurred - wanted) * (0.1 / (blurred - wanted).square().mean().sqrt())
    assert float(pyramid_loss(blurred, wanted).mean()) > 1.1 * float(pyramid_loss(brighter, wanted).mean())
    neutral = torch.full((3, 256, 256), 0.5)
    assert unit_of(pyramid_loss, neutral, wanted) == pytest.approx(
        float(pyramid_loss(neutral.expand_as(wanted), wanted).mean())
    )


@pytest.mark.usefixtures("narrow")
def test_losses_against_blur_are_in_units_of_the_neutral_picture(tmp_path: Path) -> None:
    plain = run_imitator(tmp_path / "plain", 1).steps[0]
    both = run_imitator(tmp_path / "both", 1, pyramid_weight=0.5, perceptual_weight=0.5).steps[0]
    assert both["imitation"] == plain["imitation"] and both["gradient"] != plain["gradient"]
    # An imitator that has learned nothing draws the neutral picture: about 1.
    assert 0.5 < both["pyramid"] < 2.0 and 0.5 < both["perceptual"] < 2.0
    assert dataclasses.asdict(ImitatorConfig())["pyramid_weight"] == 0.0
