"""One process of a team that trains; `python -m tests.core.team_member OUT`, with torchrun's environment around it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import core.models.imitator
from core.train.processes import join_team, leave_team
from tests.core.training import NARROW, run_imitator, run_reconstructor

STEPS = 2
# Every loss from the first step on, none of them drowned by what random geometry says.
LOSSES = {"warm_start": 0.0, "consistency_weight": 1e-6, "appearance_weight": 1e-3, "optimizer": "adam"}


def main(out: Path) -> None:
    """Train both networks for a few steps and leave the losses of each process."""
    core.models.imitator.CHANNELS = NARROW
    team = join_team()
    imitator = run_imitator(out / "imitator", STEPS, team)
    reconstructor = run_reconstructor(out / "reconstructor", STEPS, team, **LOSSES)
    (out / f"losses-{team.rank}.json").write_text(json.dumps([imitator.steps, reconstructor.steps]))
    leave_team(team)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
