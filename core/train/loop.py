"""The loop that both trainings share: schedule, optimiser step, averaging, log, checkpoints, and going on from them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.train.checkpoint import (
    load_checkpoint,
    optimizer_tensors,
    require_same_config,
    restore_optimizer,
    save_checkpoint,
)
from core.train.config import RunConfig
from core.train.optimizers import make_optimizers, set_rate
from core.train.order import total_steps
from core.train.processes import Team
from core.train.report import Report
from core.train.schedule import AveragedWeights, Clock, rate_share
from core.train.watch import LossWatch
from engine_bridge.errors import SchemaMismatch
from engine_bridge.schema import CharacterSchema


@dataclass(frozen=True)
class Outcome:
    """What one step computed: the loss to descend, its terms for the log, and how many images went through."""

    loss: Tensor
    terms: dict[str, Tensor]
    images: int


def nothing_more() -> dict[str, Tensor]:
    """No tensors beside weights, averages and optimisers have to survive."""
    return {}


class TrainingLoop:
    """Weights, optimisers, averages, clock and checkpoint of one network, resumable to the bit.

    A step sees only what follows from (seed, step) and the state that the checkpoint holds, so a run by steps that was
    stopped and resumed computes the very numbers of one that was not. A run by the clock goes on where it was.
    """

    def __init__(
        self,
        name: str,
        model: nn.Module,
        config: RunConfig,
        schema: CharacterSchema,
        samples: int,
        out: Path,
        report: Report,
        team: Team,
        more: Callable[[], dict[str, Tensor]] = nothing_more,
        restore_more: Callable[[dict[str, Tensor]], None] = lambda tensors: None,
    ) -> None:
        """`samples`: how many an epoch has. `more` and `restore_more` take and put back further state."""
        self.model, self.config, self.report, self.team = model, config, report, team
        self.path = Path(out) / f"{name}-checkpoint"
        self._schema, self._more, self._restore_more = schema, more, restore_more
        self.averaged = AveragedWeights(model, config.ema)
        self.optimizers = make_optimizers(model, config)
        self.watch = LossWatch(self.path, team)
        # Looking at a loss makes a GPU wait.
        self._look_every = 1 if next(model.parameters()).device.type == "cpu" else config.log_every
        steps = total_steps(config.steps, config.epochs, samples, config.batch)
        self.step, elapsed_s = self._resume()
        self.clock = Clock(steps, config.minutes, elapsed_s)

    def run(
        self,
        take_step: Callable[[int, float], Outcome],
        show: Callable[[], None],
        after: Callable[[int, float], None] = lambda step, progress: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Step until the schedule's end (True), or until `stop()` or the config's `stop_after` (False).

        `take_step(step, progress)` computes the losses of one step, `after` sees the weights that came out, `show`
        is called now and then in the first process with the averaged weights in place. A checkpoint is written at the
        end either way. Raises Diverged, leaving the last checkpoint as it is.
        """
        config, clock, report = self.config, self.clock, self.report
        began_s = clock.elapsed_s
        checkpoint_at = began_s + 60.0 * config.checkpoint_minutes
        last_log, images = time.monotonic(), 0
        while True:
            used_up = config.stop_after > 0 and clock.elapsed_s - began_s >= 60.0 * config.stop_after
            progress, ended = self.team.agree(clock.progress(self.step), float(used_up or stop()))
            if progress >= 1.0 or ended:
                break
            share = rate_share(progress, config.schedule, config.warmup, config.lr_final)
            set_rate(self.optimizers, share)
            outcome = take_step(self.step, progress)
            self.descend(outcome)
            after(self.step, progress)
            self.averaged.update(self.model)
            images += outcome.images
            if self.step % config.log_every == 0:
                self._look()
                now = time.monotonic()
                speed = images / max(now - last_log, 1e-9)
                left_s = clock.left_s(self.step)
                report.flush(self.step, clock.progress(self.step), left_s, speed, share * config.lr)
                last_log, images = now, 0
            if self.step % config.evaluate_every == 0 and self.team.leads:
                self._with_averages(show)
            if clock.elapsed_s >= checkpoint_at:
                self.checkpoint()
                checkpoint_at = clock.elapsed_s + 60.0 * config.checkpoint_minutes
        self.checkpoint()
        if progress < 1.0:
            report.say(
                f"Stopped after step {self.step}, {clock.elapsed_s / 60:.1f} minutes in, {100 * progress:.1f} % of the"
                " schedule; the same command goes on from here."
            )
        return progress >= 1.0

    def descend(self, outcome: Outcome) -> None:
        """One step of the optimisers down the gradient of the outcome's loss."""
        self.model.zero_grad(set_to_none=True)
        outcome.loss.backward()
        limit = self.config.clip_norm or float("inf")
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        self.watch.add(self.step, {**outcome.terms, "gradient": norm})
        if self._look_every == 1 or (self.step + 1) % self._look_every == 0:
            self._look()
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1

    def _look(self) -> None:
        for terms in self.watch.look():
            self.report.add(terms)

    def _with_averages(self, show: Callable[[], None]) -> None:
        present = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.averaged.copy_to(self.model)
        show()
        self.model.load_state_dict(present)

    def checkpoint(self) -> None:
        """Write everything that going on needs; nothing when the last steps' losses are no numbers (Diverged)."""
        self._look()
        if not self.team.leads:
            return
        tensors = {
            "model": self.model.state_dict(),
            "averaged": self.averaged.tensors,
            "more": self._more(),
            **{f"optimizer{i}": optimizer_tensors(o) for i, o in enumerate(self.optimizers)},
        }
        state = {
            "step": self.step,
            "elapsed_s": self.clock.elapsed_s,
            "averages": self.averaged.updates,
            "schema": self._schema.hash,
            "config": dataclasses.asdict(self.config),
        }
        save_checkpoint(self.path, tensors, state)

    def _resume(self) -> tuple[int, float]:
        """Load the checkpoint if there is one; (steps done, seconds spent)."""
        found = load_checkpoint(self.path)
        if found is None:
            return 0, 0.0
        groups, state = found
        if state["schema"] != self._schema.hash:
            raise SchemaMismatch(
                f"The checkpoint in {self.path.parent} is of schema {state['schema'][:12]}, the dataset of"
                f" {self._schema.hash[:12]}; give another --out."
            )
        require_same_config(state["config"], self.config, self.path.parent)
        self.model.load_state_dict(groups["model"])
        self.averaged.restore(groups["averaged"], int(state["averages"]))
        for i, optimizer in enumerate(self.optimizers):
            restore_optimizer(optimizer, groups.get(f"optimizer{i}", {}))
        self._restore_more(groups.get("more", {}))
        self.report.say(f"Going on from step {state['step']}, {state['elapsed_s'] / 60:.1f} minutes in.")
        return int(state["step"]), float(state["elapsed_s"])
