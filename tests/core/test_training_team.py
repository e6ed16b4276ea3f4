"""Two processes that share every batch learn what one process learns from the whole of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.train.checkpoint import load_checkpoint
from core.train.processes import Team
from engine_bridge.errors import InputError
from tests.core.team_member import LOSSES, STEPS
from tests.core.training import NARROW, run_imitator, run_reconstructor

pytestmark = pytest.mark.timeout(600)  # three trainings of both kinds, on machines that may be busy
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes leave."""
    out = tmp_path_factory.mktemp("together")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    members = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.core.team_member", str(out)],
            cwd=ROOT,
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        said = [member.communicate(timeout=500)[1] for member in members]
    finally:
        for member in members:
            member.kill()
            member.communicate()
    assert [member.returncode for member in members] == [0, 0], said
    assert "Warning" not in "".join(said), said
    return out


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[dict[str, float]]]]:
    """What one process leaves, and its losses."""
    out = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.models.imitator.CHANNELS", NARROW)
        losses = [
            run_imitator(out / "imitator", STEPS).steps,
            run_reconstructor(out / "reconstructor", STEPS, **LOSSES).steps,
        ]
    return out, losses


def test_the_loss_curves_of_two_processes_are_those_of_one(
    together: Path, alone: tuple[Path, list[list[dict[str, float]]]]
) -> None:
    told = [json.loads((together / f"losses-{rank}.json").read_text()) for rank in range(2)]
    assert told[0] == told[1], "both processes know the whole batch's losses"
    for ours, theirs in zip(alone[1], told[0], strict=True):
        assert len(ours) == len(theirs) == STEPS
        # Rounding grows: where two codes are almost equally near, one sum in another order chooses the other.
        for one, two, share in zip(ours, theirs, (1e-4, 1e-2), strict=True):
            assert one.keys() == two.keys()
            assert [two[name] for name in one] == pytest.approx(list(one.values()), rel=share, abs=1e-6)
    assert "contrastive" in told[0][1][-1] and "geometry" in told[0][1][-1]


@pytest.mark.parametrize("network", ["imitator", "reconstructor"])
def test_the_weights_of_two_processes_are_those_of_one(
    together: Path, alone: tuple[Path, list[list[dict[str, float]]]], network: str
) -> None:
    name = f"{network}-checkpoint"
    one, two = load_checkpoint(alone[0] / network / name), load_checkpoint(together / network / name)
    assert one is not None and two is not None and one[1]["step"] == two[1]["step"] == STEPS
    for key, value in one[0]["model"].items():
        if value.is_floating_point():
            distance = (two[0]["model"][key] - value).norm() / value.norm().clamp_min(1e-3)
            assert float(distance) < 0.02, key


def test_a_team_shares_a_batch_in_groups_and_refuses_what_cannot_be_shared() -> None:
    values = np.arange(8)
    assert Team(1, 2).share(values, group=2).tolist() == [4, 5, 6, 7]
    assert Team().share(values).tolist() == values.tolist()
    with pytest.raises(InputError, match=r"6 samples .* 2 processes in groups of 2; .* multiples of 4"):
        Team(0, 2).share(values[:6], group=2)


def test_a_process_by_itself_agrees_with_itself_and_waits_for_nobody() -> None:
    team, values = Team(), torch.ones(3, requires_grad=True)
    assert team.leads and team.agree(0.5, 1.0) == (0.5, 1.0)
    assert team.together(values) is values and team.total(values) is values
    with team.one_after_the_other():
        team.wait()
    module = torch.nn.Linear(1, 1)
    assert team.wrap(module) is module
