"""A training that was stopped and resumed computes the very numbers of one that was not; other settings are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.train.checkpoint import load_checkpoint
from engine_bridge.errors import InputError
from tests.core.training import NARROW, Recorder, reconstructor_run, run_imitator, run_reconstructor


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.imitator.CHANNELS", NARROW)


def assert_same_state(first: Path, second: Path) -> None:
    """Every tensor of two checkpoints is the same to the last bit."""
    a, b = load_checkpoint(first), load_checkpoint(second)
    assert a is not None and b is not None and a[1]["step"] == b[1]["step"]
    assert a[0].keys() == b[0].keys() and len(a[0]) >= 3
    for group, tensors in a[0].items():
        assert tensors.keys() == b[0][group].keys()
        for name, value in tensors.items():
            assert torch.equal(value, b[0][group][name]), f"{group}/{name}"


@pytest.mark.parametrize("optimizer", ["adam", "orthogonal"])
def test_an_imitator_that_was_stopped_ends_bit_for_bit_like_one_that_was_not(tmp_path: Path, optimizer: str) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    losses = run_imitator(whole, 5, optimizer=optimizer).steps
    pieces = run_imitator(parts, 2, optimizer=optimizer).steps + run_imitator(parts, 3, optimizer=optimizer).steps
    assert pieces == losses and len(losses) == 5
    assert losses[0] != losses[1]
    assert_same_state(whole / "imitator-checkpoint", parts / "imitator-checkpoint")


def test_e_d_and_r_that_were_stopped_end_bit_for_bit_like_those_that_were_not(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    # Warm start, then all losses; the memory of earlier samples has to survive the stop.
    losses = run_reconstructor(whole, 3, warm_start=0.1).steps
    pieces = [step for stop in (2, 3) for step in run_reconstructor(parts, stop, warm_start=0.1).steps]
    assert pieces == losses and len(losses) == 3
    assert "domain" in losses[-1] and "domain" not in losses[0]
    assert_same_state(whole / "reconstructor-checkpoint", parts / "reconstructor-checkpoint")


def test_a_piece_of_a_run_ends_after_its_minutes_and_says_how_to_go_on(tmp_path: Path) -> None:
    lines = run_imitator(tmp_path, 9, stop_after=1e-9).lines
    assert "Stopped after step 0" in lines[-1] and "the same command goes on" in lines[-1]
    assert (tmp_path / "imitator-checkpoint" / "state.json").exists()


def test_a_checkpoint_of_other_settings_is_refused_by_their_names(tmp_path: Path) -> None:
    run_imitator(tmp_path, 1)
    with pytest.raises(InputError, match=r"--batch 4 \(now 2\), --lr 0.001 \(now 0.01\); .* give another --out"):
        run_imitator(tmp_path, 2, batch=2, lr=0.01)
    # What does not change what is learned may change.
    assert run_imitator(tmp_path, 1, log_every=1, checkpoint_minutes=9.0, stop_after=99.0).steps


def test_a_checkpoint_of_a_version_that_knew_fewer_settings_goes_on(tmp_path: Path) -> None:
    import json

    run_imitator(tmp_path, 1)
    path = tmp_path / "imitator-checkpoint" / "state.json"
    document = json.loads(path.read_text())
    for name in ("schedule", "bf16", "epochs"):
        del document["state"]["config"][name]
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="--schedule cosine"):
        run_imitator(tmp_path, 1, schedule="halving")
    assert "Going on from step 1" in run_imitator(tmp_path, 1).lines[0]


def test_another_reconstructor_setting_is_refused(tmp_path: Path) -> None:
    run_reconstructor(tmp_path, 0)
    with pytest.raises(InputError, match=r"--domain-weight 0\.01"):
        reconstructor_run(tmp_path, Recorder(), domain_weight=0.5)
