"""What is measured of a finished imitator: an exact one scores full marks everywhere, a still one none."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.cli import main
from core.cli.evaluate import imitator as command
from core.evaluate.gradients import both_sides, engine_differences, gradient_points, point_agreement, summarise
from core.evaluate.imitation import measure_imitation
from core.evaluate.imitation_session import judge_imitator
from core.models.imitator import Imitator
from core.train.references import References, draw_references
from core.train.results import bounds, load_imitator, save_result
from engine_bridge.engines import engine_schema, open_engine
from engine_bridge.errors import DatasetError

SCHEMA = engine_schema("pattern")


def draw(parameters: np.ndarray) -> np.ndarray:
    engine = open_engine("pattern")
    return engine.render(parameters, np.repeat(SCHEMA.default_choices[None], len(parameters), axis=0), 256)


class Exact(Imitator):
    """Draws with the engine itself, times a factor on the change."""

    def __init__(self, factor: float) -> None:
        neutral = torch.from_numpy(draw(SCHEMA.defaults[None])[0]).permute(2, 0, 1) / 255.0
        super().__init__(*bounds(SCHEMA), neutral=neutral)
        self.factor = factor

    def change(self, parameters: Tensor) -> Tensor:
        drawn = torch.from_numpy(draw(parameters.numpy())).permute(0, 3, 1, 2) / 255.0
        return self.factor * (drawn - self.neutral)


class Sloped(Imitator):
    """Changes by a fixed picture for each parameter, in proportion."""

    def __init__(self, pictures: Tensor) -> None:
        super().__init__(*bounds(SCHEMA))
        self.pictures = pictures

    def change(self, parameters: Tensor) -> Tensor:
        return torch.einsum("bp,pchw->bchw", parameters, self.pictures)


@pytest.fixture(scope="module")
def references() -> References:
    return draw_references(SCHEMA, draw, per_regime=3)


def test_an_exact_imitator_explains_every_change_and_a_still_one_none(references: References) -> None:
    told: list[tuple[int, int]] = []
    exact = measure_imitation(
        Exact(1.0), SCHEMA, references, references.regimes["uniform"], progress=lambda *at: told.append(at)
    )
    assert set(exact.regimes) == {"uniform", "near_neutral", "sweeps", "photos"}
    for figures in (*exact.regimes.values(), exact.groups["waves"].sweeps):
        assert figures.explained_change == pytest.approx(1.0) and figures.ssim == pytest.approx(1.0)
        assert figures.psnr_db == pytest.approx(100.0) == pytest.approx(figures.psnr_picture_db)
    assert exact.sweep_correlation == pytest.approx(1.0) == pytest.approx(exact.sweep_explained_change)
    assert exact.groups["waves"].explained_where_it_acts == pytest.approx(
        {"uniform": 1.0, "near_neutral": 1.0, "photos": 1.0}
    )
    assert exact.as_dict()["regimes"]["uniform"]["samples"] == 3
    assert told[-1] == (3 + 3 + 2 * SCHEMA.count + 3,) * 2
    still = measure_imitation(Exact(0.0), SCHEMA, references)
    assert all(figures.explained_change == pytest.approx(0.0, abs=1e-6) for figures in still.regimes.values())
    assert still.sweep_correlation == pytest.approx(0.0, abs=1e-6) and len(still.weakest) == 10
    half = measure_imitation(Exact(0.5), SCHEMA, references)
    assert half.regimes["sweeps"].explained_change == pytest.approx(0.75, abs=1e-3)
    assert half.sweep_correlation == pytest.approx(1.0, abs=1e-3)


def test_a_parameter_that_moves_nothing_is_named_and_not_averaged(references: References) -> None:
    parameters, images = references.sweeps
    images = images.copy()
    images[2:4] = references.neutral
    found = measure_imitation(
        Exact(1.0), SCHEMA, References(references.neutral, references.regimes, (parameters, images))
    )
    assert found.unseen == (SCHEMA.names[1],)
    assert math.isnan(found.parameters[1].sweep_correlation) and found.sweep_correlation == pytest.approx(1.0)


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


@pytest.fixture
def run_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A run folder with an imitator of the usual depth and few channels."""
    monkeypatch.setattr("core.models.imitator.CHANNELS", (24, 24, 16, 16, 8, 8))
    torch.manual_seed(0)
    save_result(tmp_path / "run", "imitator", Imitator(*bounds(SCHEMA)).state_dict(), {}, SCHEMA)
    return tmp_path / "run"


def test_an_engine_process_draws_what_is_needed_and_a_cache_keeps_it(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imitator, cache = load_imitator(run_folder, SCHEMA), tmp_path / "cache"
    first = judge_imitator(imitator, SCHEMA, "pattern", cache=cache, near_points=1, regime_samples=2)
    kept = sorted(path.name for path in cache.rglob("*.npz"))
    assert [name.split("-")[0].split(".")[0] for name in kept] == ["differences", "differences", "references"]
    monkeypatch.setattr("engine_bridge.session.EngineSession.render", lambda *_, **__: pytest.fail("drawn again"))
    again = judge_imitator(imitator, SCHEMA, "pattern", cache=cache, near_points=1, regime_samples=2)
    assert again.figures == first.figures and first.figures.gradient_near is not None
    text = command.describe(first.figures)
    for word in ("uniform", "near_neutral", "waves", "derivatives at neutral", "weakest sweeps"):
        assert word in text
    torn = next(cache.rglob("differences*.npz"))
    torn.write_bytes(b"torn")
    with pytest.raises(DatasetError, match="delete it"):
        judge_imitator(imitator, SCHEMA, "pattern", cache=cache, near_points=1, regime_samples=2)


def test_the_command_judges_a_run_and_leaves_gradients_out_when_asked(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "imitator", "--run", str(run_folder), "--engine", "pattern", "--samples", "2"]
    assert main.main([*words, "--no-gradients", "--report", str(tmp_path / "figures.json")]) == 0
    assert "derivatives" not in capsys.readouterr().out
    assert '"gradient_near": null' in (tmp_path / "figures.json").read_text()
    assert main.main([*words, "--photos", str(tmp_path / "absent")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert main.main(["evaluate", "imitator", "--run", str(run_folder)]) == 1
    assert "another character" in capsys.readouterr().err
