"""Judging an imitator with an engine process: what is drawn, what a cache keeps, and what the command says."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.cli import main
from core.cli.evaluate import imitator as command
from core.evaluate.imitation_session import judge_imitator
from core.models.imitator import Imitator
from core.train.results import bounds, load_imitator, save_result
from engine_bridge.engines import engine_schema
from engine_bridge.errors import DatasetError

SCHEMA = engine_schema("pattern")


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
