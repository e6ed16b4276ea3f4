"""Training of E, D and R on captures and photos through the frozen imitator (equation 12), resumable."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.models.imitator import Imitator
from core.models.regressor import Reconstructor
from core.perception.geometry import LandmarkNet
from core.perception.identity import IdentityNet
from core.train.captures import Captures, change_from_neutral
from core.train.checkpoint import load_checkpoint, optimizer_tensors, restore_optimizer, save_checkpoint
from core.train.config import ReconstructorConfig
from core.train.landmark_map import Constants
from core.train.optimizers import make_optimizers, set_rate
from core.train.photos import Photos
from core.train.reconstruction_figures import ReconstructorFigures, evaluate_reconstructor
from core.train.reconstructor_step import StepLosses, visibility
from core.train.references import References
from core.train.refit import features, refit_head, widen_head
from core.train.report import Report
from core.train.results import bounds
from core.train.schedule import AveragedWeights, Clock, choose_device, learning_rate, place, set_threads
from core.train.transfer import start_from
from engine_bridge.errors import SchemaMismatch

CHECKPOINT = "reconstructor-checkpoint"
REVIVE_EVERY = 25  # steps between two looks for codes that nothing chooses


class ReconstructorRun:
    """One training run: networks, optimisers, clock and checkpoint of E, D and R."""

    def __init__(
        self,
        imitator: Imitator,
        captures: Captures,
        photos: Photos,
        constants: Constants,
        references: References,
        config: ReconstructorConfig,
        out: Path,
        cache: Path,
        report: Report | None = None,
        nets: tuple[LandmarkNet, IdentityNet] | None = None,
    ) -> None:
        self.out = Path(out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.report = report or Report(self.out)
        self.captures, self.photos, self.config = captures, photos, config
        set_threads(config.threads)
        torch.manual_seed(config.seed)
        device = choose_device(config.device)
        self.train_count, _ = captures.split(config.held_out)
        change = change_from_neutral(captures, references.neutral, cache)[: self.train_count]
        seen = visibility(references.neutral, references.sweeps[1])
        self.losses = StepLosses(
            imitator, captures, photos, constants, seen, float(change.mean()), config, device, nets
        )
        model = Reconstructor(*bounds(captures.schema))
        if config.start_from and not (self.out / CHECKPOINT).exists():
            same = start_from(model, Path(config.start_from), captures.schema)
            self.report.say(f"Starting from {config.start_from}, which knows {same} of the parameters.")
        self.model = place(model, device).train()
        self.averaged = AveragedWeights(self.model, config.ema)
        self.optimizers = make_optimizers(self.model, config)
        self.step, elapsed_s = self._resume()
        self.clock = Clock(config.steps, config.minutes, elapsed_s)

    def train(self, stop: Callable[[], bool] = lambda: False) -> tuple[Reconstructor, ReconstructorFigures]:
        """Run to the end, or until `stop()`; returns the averaged networks, frozen, and their figures."""
        config, report = self.config, self.report
        report.say(
            f"Training E, D and R on {self.train_count} captures and {self.photos.train_count} photos;"
            f" {sum(p.numel() for p in self.model.parameters()) / 1e6:.2f} M weights, batch {config.batch} of each."
        )
        checkpoint_at = self.clock.elapsed_s + 60.0 * config.checkpoint_minutes
        last_log, images = time.monotonic(), 0
        while (progress := self.clock.progress(self.step)) < 1.0 and not stop():
            share = learning_rate(progress, config.warmup, config.lr_final)
            set_rate(self.optimizers, share)
            images += self._take_step(warm=progress < config.warm_start)
            if self.step % config.log_every == 0:
                now = time.monotonic()
                speed = images / max(now - last_log, 1e-9)
                report.flush(
                    self.step, self.clock.progress(self.step), self.clock.left_s(self.step), speed, share * config.lr
                )
                last_log, images = now, 0
            if self.step % config.evaluate_every == 0:
                self._show()
            if self.clock.elapsed_s >= checkpoint_at:
                self._checkpoint()
                checkpoint_at = self.clock.elapsed_s + 60.0 * config.checkpoint_minutes
        self._checkpoint()
        self.averaged.copy_to(self.model)
        self._refit()
        figures = evaluate_reconstructor(self.model, self.losses, self.captures, self.photos, config.held_out)
        report.say(describe(figures))
        report.close()
        return self.model.eval().requires_grad_(False), figures

    def _refit(self) -> None:
        """Solve R's last layer on training photos with suggestions and, a quarter as many, renders."""
        wanted_faces = self.config.refit_faces
        if not (wanted_faces and self.photos.suggested.shape[1]):
            return
        rng = np.random.default_rng((self.config.seed, wanted_faces))
        rows = np.concatenate(list(self.photos.rows_of.values()))
        rows = rng.permutation(rows)[:wanted_faces]
        picks = rng.permutation(self.train_count)[: len(rows) // 4]
        chosen = [rows[i : i + self.config.batch] for i in range(0, len(rows), self.config.batch)]
        captured = [picks[i : i + self.config.batch] for i in range(0, len(picks), self.config.batch)]
        self.report.say(f"Solving R's last layer on {len(rows)} photos and {len(picks)} renders ...")
        parts = [features(self.model, (self.photos.take(part).images.to(self.losses.device) for part in chosen))]
        wanted = [self.photos.suggested[torch.from_numpy(rows)]]
        for part in captured:
            renders = self.losses.renders(part, self.photos.take(rows[: len(part)]).images)
            parts.append(features(self.model, [renders.inputs]))
            wanted.append(self.losses.imitator.normalise(renders.parameters).cpu())
        people = torch.from_numpy(self.photos.people[rows].astype(np.int64))
        groups = torch.cat([people, int(people.max()) + 1 + torch.arange(len(picks))])
        found = refit_head(self.model, torch.cat(parts), torch.cat(wanted), torch.ones(len(groups)), groups)
        self.report.say(
            f"  explained of the wanted parameters, people left out of the solution: {found.before:.3f} before,"
            f" {found.explained:.3f} after (ridge {found.ridge:g})"
        )
        widen_head(self.model, torch.cat(parts)[: len(rows)], self.config.spread)

    def _take_step(self, warm: bool) -> int:
        """One step of the optimisers; returns how many images went through E."""
        config, model = self.config, self.model
        # Everything random in a step follows from (seed, step), so that a resumed run draws what it would have drawn.
        rng = np.random.default_rng((config.seed, self.step))
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        # A warm start without suggestions looks at renders only, twice as many.
        alone = warm and not (config.suggestion_weight and self.photos.suggested.shape[1])
        count = 2 * config.batch if alone else config.render_batch or config.batch
        photos = self.photos.batch(max(2, config.batch // 2), rng)
        renders = self.losses.renders(rng.integers(0, self.train_count, count), photos.images)
        if warm:
            terms, found = self.losses.warm_start(model, renders, photos)
        else:
            terms, found, drawn = self.losses.on_both(model, renders, photos, rng)
            if self.step % (10 * config.log_every) == 0:
                self.report.pairs("training photo | imitator", photos.images, drawn.clamp(0, 1), self.step)
        loss = terms.total(self.losses.weights)
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        if self.step % REVIVE_EVERY == 0 and self.clock.progress(self.step) < 0.8:
            model.coder.revive_codes(found.latents)
        self.averaged.update(model)
        self.report.add({"loss": float(loss.detach()), **terms.numbers()})
        return len(found.parameters)

    def _show(self) -> None:
        """Figures and grids of held-out renders and photos | imitator, of the averaged weights."""
        present: dict[str, Tensor] = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.averaged.copy_to(self.model)
        figures = evaluate_reconstructor(
            self.model, self.losses, self.captures, self.photos, self.config.held_out, most_renders=32, most_photos=48
        )
        self.report.say(describe(figures))
        self.report.scalars({f"held out/{name}": float(v) for name, v in figures.to_dict().items()}, self.step)
        self.model.eval()
        first, count = self.captures.split(self.config.held_out)
        _, renders = self.captures.batch(np.arange(first, first + min(8, count)))
        rows = self.photos.held_out_rows
        sets = {"render | imitator": renders}
        if len(rows):
            picks = rows[np.unique(np.linspace(0, len(rows) - 1, min(8, len(rows))).astype(int))]
            sets["photo | imitator"] = self.photos.take(picks).images
        with torch.no_grad():
            for name, images in sets.items():
                drawn = self.losses.imitator(self.model(images.to(self.losses.device)))
                self.report.pairs(name, images, drawn, self.step)
        self.model.train()
        self.model.load_state_dict(present)

    def _checkpoint(self) -> None:
        tensors = {
            "model": self.model.state_dict(),
            "averaged": self.averaged.tensors,
            **{f"optimizer{i}": optimizer_tensors(o) for i, o in enumerate(self.optimizers)},
        }
        state = {
            "step": self.step,
            "elapsed_s": self.clock.elapsed_s,
            "averages": self.averaged.updates,
            "schema": self.captures.schema.hash,
            "config": dataclasses.asdict(self.config),
        }
        save_checkpoint(self.out / CHECKPOINT, tensors, state)

    def _resume(self) -> tuple[int, float]:
        """Load the checkpoint if there is one; (steps done, seconds spent)."""
        found = load_checkpoint(self.out / CHECKPOINT)
        if found is None:
            return 0, 0.0
        groups, state = found
        if state["schema"] != self.captures.schema.hash:
            raise SchemaMismatch(
                f"The checkpoint in {self.out} is of schema {state['schema'][:12]}, the dataset of"
                f" {self.captures.schema.hash[:12]}; give another --out."
            )
        self.model.load_state_dict(groups["model"])
        self.averaged.tensors.update(groups["averaged"])
        self.averaged.updates = int(state["averages"])
        for i, optimizer in enumerate(self.optimizers):
            restore_optimizer(optimizer, groups.get(f"optimizer{i}", {}))
        self.report.say(f"Going on from step {state['step']}, {state['elapsed_s'] / 60:.1f} minutes in.")
        return int(state["step"]), float(state["elapsed_s"])


def describe(figures: ReconstructorFigures) -> str:
    """The figures as lines of text."""
    return (
        "The reconstructor on what it was not trained on:\n"
        f"  renders       explained change {figures.render_explained_change:.3f},"
        f" correlation of parameters (median) {figures.parameter_correlation:.3f}\n"
        f"  {figures.photos} photos    identity cosine {figures.identity_cosine:.3f}, verification AUC"
        f" {figures.verification_auc:.3f}, cheek lightness (Spearman) {figures.lightness_correlation:.3f}\n"
        f"                spread of parameters {figures.parameter_spread:.3f}, cosine between different people"
        f" {figures.look_alike_cosine:.3f}"
    )
