"""Training of the imitator G on captured samples (equation 1), resumable and able to end on the clock."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.imitator import Imitator
from core.train.captures import Captures, change_from_neutral, head_mask, to_float
from core.train.checkpoint import load_checkpoint, optimizer_tensors, restore_optimizer, save_checkpoint
from core.train.config import ImitatorConfig
from core.train.imitation_figures import ImitatorFigures, evaluate_imitator
from core.train.optimizers import make_optimizers, set_rate
from core.train.references import References
from core.train.report import Report
from core.train.results import bounds
from core.train.schedule import AveragedWeights, Clock, choose_device, learning_rate, place, set_threads
from engine_bridge.errors import SchemaMismatch

CHECKPOINT = "imitator-checkpoint"


def make_imitator(captures: Captures, neutral: NDArray[np.uint8]) -> Imitator:
    """A fresh imitator for the captured character; `neutral` (256, 256, 3) uint8 becomes its constant image."""
    schema = captures.schema
    return Imitator(*bounds(schema), neutral=to_float(torch.from_numpy(neutral[None]))[0])


def imitation_weights(change: Tensor, floor: float, power: float) -> Tensor:
    """(N,) mean squared changes from neutral -> (N,) weights of the samples in equation 1, of mean 1.

    Equation 1 is an expectation over parameters; which distribution they have is open. Dividing each sample's
    squared error by its own change (plus `floor`) to some power is the same as meeting samples near neutral and
    sparse edits more often than those on the cube's shell, without rendering them more often. With power 1 every
    sample's *explained change* counts alike; a little less is better early on, when the smallest changes are
    drowned in the error of a young network.
    """
    weights = (change + floor) ** -power
    return weights / weights.mean()


def train_imitator(
    captures: Captures,
    references: References,
    config: ImitatorConfig,
    out: Path,
    cache: Path,
    report: Report | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Imitator, ImitatorFigures]:
    """Train G and return it with the averaged weights and its figures on held-out renders.

    Writes checkpoints to `out`/imitator-checkpoint and goes on from one that is there; `stop()` is asked before
    every step and ends the run early, after a checkpoint. The finished weights are written by `save_imitator`.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    report = report or Report(out)
    set_threads(config.threads)
    torch.manual_seed(config.seed)
    device = choose_device(config.device)
    train_count, _ = captures.split(config.held_out)
    change = torch.from_numpy(change_from_neutral(captures, references.neutral, cache))
    weights = imitation_weights(change[:train_count], config.change_floor, config.change_power)
    # Divided by the weighted mean change, the loss is 1 for the neutral picture and 0 for perfection.
    unit = float((weights * change[:train_count]).mean())
    imitator = place(make_imitator(captures, references.neutral), device)
    averaged = AveragedWeights(imitator, config.ema)
    optimizers = make_optimizers(imitator, config)
    step, elapsed_s = _resume(out, captures, imitator, averaged, optimizers, report)
    clock = Clock(config.steps, config.minutes, elapsed_s)
    checkpoint_at = clock.elapsed_s + 60.0 * config.checkpoint_minutes
    last_log, last_step = time.monotonic(), step
    report.say(
        f"Training the imitator on {train_count} captures of {captures.schema.count} parameters;"
        f" {sum(p.numel() for p in imitator.parameters()) / 1e6:.2f} M weights, batch {config.batch}, {device}."
    )

    def checkpoint() -> None:
        tensors = {
            "model": imitator.state_dict(),
            "averaged": averaged.tensors,
            **{f"optimizer{i}": optimizer_tensors(o) for i, o in enumerate(optimizers)},
        }
        state = {
            "step": step,
            "elapsed_s": clock.elapsed_s,
            "averages": averaged.updates,
            "schema": captures.schema.hash,
            "config": dataclasses.asdict(config),
        }
        save_checkpoint(out / CHECKPOINT, tensors, state)

    while (progress := clock.progress(step)) < 1.0 and not stop():
        share = learning_rate(progress, config.warmup, config.lr_final)
        set_rate(optimizers, share)
        # The batch is a pure function of (seed, step), so that a resumed run goes on as if nothing had happened.
        indices = np.random.default_rng((config.seed, step)).integers(0, train_count, config.batch)
        parameters, images = captures.batch(indices)
        parameters, images = parameters.to(device, non_blocking=True), images.to(device, non_blocking=True)
        error = torch.square(imitator.linear(parameters) - images).mean(dim=(1, 2, 3))
        loss = (error * weights[indices].to(device)).mean() / unit
        imitator.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(imitator.parameters(), config.clip_norm)
        for optimizer in optimizers:
            optimizer.step()
        averaged.update(imitator)
        step += 1
        report.add({"imitation": float(loss.detach()), "pixel": float(error.detach().mean())})
        if step % config.log_every == 0:
            now = time.monotonic()
            speed = (step - last_step) * config.batch / max(now - last_log, 1e-9)
            report.flush(step, clock.progress(step), clock.left_s(step), speed, share * config.lr)
            last_log, last_step = now, step
        if step % config.evaluate_every == 0:
            _show(imitator, averaged, captures, references, config, report, step)
        if clock.elapsed_s >= checkpoint_at:
            checkpoint()
            checkpoint_at = clock.elapsed_s + 60.0 * config.checkpoint_minutes
    checkpoint()
    averaged.copy_to(imitator)
    figures = judge(imitator, captures, references, config.held_out)
    report.say(describe(figures))
    report.close()
    return imitator.eval().requires_grad_(False), figures


def judge(
    imitator: Imitator, captures: Captures, references: References, held_out: int, most: int = 200
) -> ImitatorFigures:
    """All figures: the references' regimes and sweeps, and up to `most` held-out captures of the mixture."""
    first, count = captures.split(held_out)
    chosen = np.arange(first, first + min(count, most))
    mixture = (captures.parameters[chosen], captures.images[captures.rows[chosen]])
    return evaluate_imitator(
        imitator,
        references.neutral,
        {"mixture": mixture, **references.regimes},
        references.sweeps,
        captures.schema.names,
        head_mask(captures, references.neutral),
    )


def describe(figures: ImitatorFigures) -> str:
    """The figures as lines of text."""
    lines = [
        f"  {name:13s} explained change {r.explained_change:6.3f}   PSNR {r.psnr_db:5.2f} dB   SSIM {r.ssim:.4f}"
        for name, r in figures.regimes.items()
    ]
    if figures.sweep_correlation is not None:
        lines.append(
            f"  sweeps        correlation median {figures.sweep_correlation:.3f}, tenth percentile"
            f" {figures.sweep_correlation_p10:.3f}; explained change median {figures.sweep_explained_change:.3f}"
        )
        lines.append("  weakest       " + ", ".join(f"{name} {r:.2f}" for name, r in figures.weakest))
    return "The imitator against its engine:\n" + "\n".join(lines)


def _resume(
    out: Path,
    captures: Captures,
    imitator: Imitator,
    averaged: AveragedWeights,
    optimizers: list[torch.optim.Optimizer],
    report: Report,
) -> tuple[int, float]:
    """Load the checkpoint of `out` if there is one; (steps done, seconds spent)."""
    found = load_checkpoint(out / CHECKPOINT)
    if found is None:
        return 0, 0.0
    groups, state = found
    if state["schema"] != captures.schema.hash:
        raise SchemaMismatch(
            f"The checkpoint in {out} is of schema {state['schema'][:12]}, the dataset of {captures.schema.hash[:12]};"
            " give another --out."
        )
    imitator.load_state_dict(groups["model"])
    averaged.tensors.update(groups["averaged"])
    averaged.updates = int(state["averages"])
    for i, optimizer in enumerate(optimizers):
        restore_optimizer(optimizer, groups.get(f"optimizer{i}", {}))
    report.say(f"Going on from step {state['step']}, {state['elapsed_s'] / 60:.1f} minutes in.")
    return int(state["step"]), float(state["elapsed_s"])


def _show(
    imitator: Imitator,
    averaged: AveragedWeights,
    captures: Captures,
    references: References,
    config: ImitatorConfig,
    report: Report,
    step: int,
) -> None:
    """Figures without sweeps, and a grid of target | imitator, of the averaged weights."""
    present: dict[str, Any] = {name: value.detach().clone() for name, value in imitator.state_dict().items()}
    averaged.copy_to(imitator)
    first, count = captures.split(config.held_out)
    quick = {name: (p[:24], i[:24]) for name, (p, i) in references.regimes.items()}
    figures = evaluate_imitator(imitator, references.neutral, quick)
    report.say(describe(figures))
    report.scalars({f"explained_change/{n}": r.explained_change for n, r in figures.regimes.items()}, step)
    parameters, images = captures.batch(np.arange(first, first + min(count, 12)))
    with torch.no_grad():
        guesses = imitator(parameters.to(next(imitator.parameters()).device))
    report.pairs("target | imitator", images, guesses, step)
    imitator.load_state_dict(present)
