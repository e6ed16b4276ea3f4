"""Keeps the losses of past steps on their device until someone looks, and stops a run whose losses are no numbers."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from core.train.processes import Team
from engine_bridge.errors import FaceBridgeError


class Diverged(FaceBridgeError):
    """A loss or gradient of a training step is infinite or not a number."""


class LossWatch:
    """Collects every step's terms; `look` reads them, which makes a GPU wait: once a step on a CPU, else rarely."""

    def __init__(self, checkpoint: Path, team: Team) -> None:
        """`checkpoint`: the folder that the error message points to."""
        self._checkpoint, self._team = checkpoint, team
        self._steps: list[tuple[int, tuple[str, ...], Tensor]] = []

    def add(self, step: int, terms: dict[str, Tensor]) -> None:
        """Remember the scalar terms of a step (counted from 0)."""
        values = torch.stack([value.detach().float() for value in terms.values()])
        self._steps.append((step, tuple(terms), values))

    def look(self) -> list[dict[str, float]]:
        """The terms of every step since the last look, averaged over processes.

        Raises Diverged for the first step with a term that is not finite, naming the terms.
        """
        taken, self._steps = self._steps, []
        if not taken:
            return []
        means = (self._team.total(torch.cat([values for *_, values in taken])) / self._team.size).tolist()
        found: list[dict[str, float]] = []
        for step, names, _ in taken:
            found.append(dict(zip(names, means, strict=False)))
            means = means[len(names) :]
            self._check(step, found[-1])
        return found

    def _check(self, step: int, terms: dict[str, float]) -> None:
        bad = [f"{name} is {value}" for name, value in terms.items() if not abs(value) < float("inf")]
        if not bad:
            return
        # The sum is bad because a term is.
        bad = [line for line in bad if not line.startswith(("loss ", "gradient "))] or bad
        kept = (
            f"the checkpoint in {self._checkpoint} is from before and stays as it is"
            if self._checkpoint.exists()
            else "no checkpoint had been written yet"
        )
        raise Diverged(
            f"Training was stopped at step {step + 1}, where {', '.join(bad)}: {kept}. Look at the data that the term"
            " is made from, or start in another --out with a lower --lr."
        )
