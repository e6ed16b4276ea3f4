"""Training of the imitator G on captured samples (equation 1), resumable and able to end on the clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.imitator import Imitator
from core.perception.identity import IdentityNet
from core.train.captures import Captures, change_from_neutral, head_mask, to_float
from core.train.config import ImitatorConfig
from core.train.imitation_figures import ImitatorFigures, evaluate_imitator
from core.train.loop import Outcome, TrainingLoop
from core.train.networks import Drawn
from core.train.order import batch_indices
from core.train.pictures import Pictures
from core.train.processes import Team
from core.train.references import References
from core.train.report import Report
from core.train.results import bounds
from core.train.schedule import choose_device, place, set_threads
from core.train.sharpness import ImageLoss, PerceptualLoss, pyramid_loss, unit_of


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
    team: Team | None = None,
) -> tuple[Imitator, ImitatorFigures] | None:
    """Train G and return it with the averaged weights and its figures on held-out renders.

    Writes checkpoints to `out`/imitator-checkpoint and goes on from one that is there. None when `stop()`, asked
    before every step, or the config's `stop_after` ended the run early, and in every process but the first.
    """
    out, team = Path(out), team or Team()
    out.mkdir(parents=True, exist_ok=True)
    report = report or Report(out, quiet=not team.leads)
    set_threads(config.threads)
    torch.manual_seed(config.seed)
    device = choose_device(config.device)
    train_count, _ = captures.split(config.held_out)
    with team.one_after_the_other():
        change = torch.from_numpy(change_from_neutral(captures, references.neutral, cache))
    weights = imitation_weights(change[:train_count], config.change_floor, config.change_power)
    # Divided by the weighted mean change, the loss is 1 for the neutral picture and 0 for perfection.
    unit = float((weights * change[:train_count]).mean())
    weights = weights.to(device)
    parameters = torch.from_numpy(captures.parameters).to(device)
    pictures = Pictures(captures.images, device)
    imitator = place(make_imitator(captures, references.neutral), device)
    loop = TrainingLoop("imitator", imitator, config, captures.schema, train_count, out, report, team)
    draw = team.wrap(Drawn(imitator, config.bf16, config.compile))
    against_blur = _against_blur(config, device)
    spread = captures.rows[np.unique(np.linspace(0, train_count - 1, 64).astype(np.int64))]
    units = {name: unit_of(each, imitator.neutral, pictures.take(spread)) for name, (_, each) in against_blur.items()}
    report.say(
        f"Training the imitator on {train_count} captures of {captures.schema.count} parameters;"
        f" {sum(p.numel() for p in imitator.parameters()) / 1e6:.2f} M weights, batch {config.batch}, {device}"
        f"{f', {team.size} processes' if team.size > 1 else ''}."
    )

    def take_step(step: int, _progress: float) -> Outcome:
        indices = team.share(batch_indices(config.seed, step, train_count, config.batch, config.epochs))
        chosen = torch.from_numpy(indices).to(device)
        images = pictures.take(captures.rows[indices])
        drawn = draw(parameters[chosen])
        error = torch.square(drawn - images).mean(dim=(1, 2, 3))
        loss = (error * weights[chosen]).mean() / unit
        terms = {"imitation": loss, "pixel": error.mean()}
        for name, (weight, each) in against_blur.items():
            terms[name] = each(drawn, images).mean() / units[name]
            loss = loss + weight * terms[name]
        return Outcome(loss, terms, config.batch)

    def show() -> None:
        _show(imitator, captures, references, config, report, loop.step)

    finished = loop.run(take_step, show, stop=stop)
    if not (finished and team.leads):
        report.close()
        return None
    loop.averaged.copy_to(imitator)
    figures = judge(imitator, captures, references, config.held_out)
    report.say(describe(figures))
    report.close()
    return imitator.eval().requires_grad_(False), figures


def _against_blur(config: ImitatorConfig, device: torch.device) -> dict[str, tuple[float, ImageLoss]]:
    """The losses beside equation 1 that have a weight, by name."""
    found: dict[str, tuple[float, ImageLoss]] = {}
    if config.pyramid_weight:
        found["pyramid"] = config.pyramid_weight, pyramid_loss
    if config.perceptual_weight:
        found["perceptual"] = config.perceptual_weight, PerceptualLoss(IdentityNet.load()).to(device)
    return found


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


def _show(
    imitator: Imitator,
    captures: Captures,
    references: References,
    config: ImitatorConfig,
    report: Report,
    step: int,
) -> None:
    """Figures without sweeps, and a grid of target | imitator."""
    first, count = captures.split(config.held_out)
    quick = {name: (p[:24], i[:24]) for name, (p, i) in references.regimes.items()}
    figures = evaluate_imitator(imitator, references.neutral, quick)
    report.say(describe(figures))
    report.scalars({f"explained_change/{n}": r.explained_change for n, r in figures.regimes.items()}, step)
    parameters, images = captures.batch(np.arange(first, first + min(count, 12)))
    with torch.no_grad():
        guesses = imitator(parameters.to(next(imitator.parameters()).device))
    report.pairs("target | imitator", images, guesses, step)
