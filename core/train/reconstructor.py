"""Training of E, D and R on captures and photos through the frozen imitator (equation 12), resumable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from core.models.imitator import Imitator
from core.models.regressor import Reconstruction, Reconstructor
from core.perception.geometry import LandmarkNet
from core.perception.identity import IdentityNet
from core.train.augment import Draws
from core.train.captures import Captures, change_from_neutral
from core.train.codebook import set_layout, use_training_codebooks
from core.train.config import ReconstructorConfig
from core.train.landmark_map import Constants
from core.train.loop import Outcome, TrainingLoop
from core.train.networks import Reconstructing
from core.train.order import batch_indices
from core.train.photos import Photos
from core.train.processes import Team
from core.train.reconstruction_figures import ReconstructorFigures, evaluate_reconstructor
from core.train.reconstructor_step import Judges, StepLosses, visibility
from core.train.references import References
from core.train.refit import features, refit_head, widen_head
from core.train.report import Report
from core.train.results import bounds
from core.train.schedule import choose_device, place, set_threads
from core.train.snapshots import Snapshots
from core.train.transfer import start_from

CHECKPOINT = "reconstructor-checkpoint"
REVIVE_EVERY = 25  # steps between two looks for codes that nothing chooses
REVIVE_UNTIL = 0.8  # share of the run after which codes stay where they are


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
        judges: Judges | None = None,
        team: Team | None = None,
    ) -> None:
        self.out, self.team = Path(out), team or Team()
        self.out.mkdir(parents=True, exist_ok=True)
        self.report = report or Report(self.out, quiet=not self.team.leads)
        self.captures, self.photos, self.config = captures, photos, config
        set_threads(config.threads)
        torch.manual_seed(config.seed)
        device = choose_device(config.device)
        self.train_count, _ = captures.split(config.held_out)
        with self.team.one_after_the_other():
            change = change_from_neutral(captures, references.neutral, cache)[: self.train_count]
        seen = visibility(references.neutral, references.sweeps[1])
        self.losses = StepLosses(
            imitator, captures, photos, constants, seen, float(change.mean()), config, device, nets, judges, self.team
        )
        model = Reconstructor(*bounds(captures.schema))
        if config.start_from and not (self.out / CHECKPOINT).exists():
            same = start_from(model, Path(config.start_from), captures.schema)
            self.report.say(f"Starting from {config.start_from}, which knows {same} of the parameters.")
        use_training_codebooks(model.coder, self.team, config.codebook_additions)
        self.model = place(model, device).train()
        memory = self.losses.memory
        self.loop = TrainingLoop(
            "reconstructor",
            self.model,
            config,
            captures.schema,
            self.train_count,
            self.out,
            self.report,
            self.team,
            memory.tensors,
            lambda tensors: memory.restore(tensors, device),
        )
        # Without equation 4 nothing reaches the codes.
        unused = not config.restored_weight
        self.reconstruct = self.team.wrap(Reconstructing(self.model, config.bf16, config.compile), unused)
        self._snapshots = (
            Snapshots.of_run(self.out, captures, photos, config.held_out, config.degrade)
            if config.snapshots and self.team.leads
            else None
        )
        self._found: Reconstruction | None = None
        self.finished = False
        """Whether `train` came to the schedule's end; the same in every process."""

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self.loop.step

    def train(self, stop: Callable[[], bool] = lambda: False) -> tuple[Reconstructor, ReconstructorFigures] | None:
        """Run to the end and return the averaged networks, frozen, and their figures.

        None when `stop()` or the config's `stop_after` ended the run early, and in every process but the first.
        """
        config, report = self.config, self.report
        report.say(
            f"Training E, D and R on {self.train_count} captures and {self.photos.train_count} photos;"
            f" {sum(p.numel() for p in self.model.parameters()) / 1e6:.2f} M weights, batch {config.batch} of each"
            f"{f', {self.team.size} processes' if self.team.size > 1 else ''}."
        )
        for remark in self.photos.remarks(config.batch):
            report.say(remark)
        self._photographed(self.step)
        self.finished = self.loop.run(self._take_step, self._show, self._after, stop)
        if not (self.finished and self.team.leads):
            report.close()
            return None
        self.loop.averaged.copy_to(self.model)
        self._refit()
        if self._snapshots is not None:
            self._snapshots.final(self.model)
        figures = evaluate_reconstructor(self.model, self.losses, self.captures, self.photos, config.held_out)
        report.say(describe(figures))
        report.close()
        return self.model.eval().requires_grad_(False), figures

    def one_step(self) -> None:
        """A single step of the training as it stands, for timing."""
        self.loop.descend(self._take_step(self.step, self.loop.clock.progress(self.step)))

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

    def _take_step(self, step: int, progress: float) -> Outcome:
        """The losses of one step, of this process's part of its batch."""
        config, team, photos = self.config, self.team, self.photos
        warm = progress < config.warm_start
        # Everything random in a step follows from (seed, step), so that a resumed run draws what it would have drawn,
        # and processes that share a batch draw what a single one would have.
        rng = np.random.default_rng((config.seed, step))
        torch.manual_seed(config.seed * 1_000_003 + step)
        # A warm start without suggestions looks at renders only, twice as many.
        alone = warm and not (config.suggestion_weight and photos.suggested.shape[1])
        count = 2 * config.batch if alone else config.render_batch or config.batch
        rows = photos.pairs(max(2, config.batch // 2), rng)
        indices = batch_indices(config.seed, step, self.train_count, count, config.epochs)
        behind = rng.choice(photos.train_rows, count)
        photo_seeds, render_seeds = (rng.integers(0, 2**62, n) for n in (len(rows), count))
        mine = photos.take(team.share(rows, group=2))
        draws = Draws(len(mine.images), team.share(photo_seeds, group=2).tolist())
        scenes = photos.take(team.share(behind)).images if config.degrade > 0 else None
        seeds = team.share(render_seeds).tolist()
        renders = self.losses.renders(team.share(indices), scenes, Draws(len(seeds), seeds))
        set_layout(self.model.coder, (len(seeds),) if alone else (len(mine.images), len(seeds)))
        if warm:
            terms, self._found = self.losses.warm_start(self.reconstruct, renders, mine, draws)
        else:
            terms, self._found, drawn = self.losses.on_both(self.reconstruct, renders, mine, rng, draws)
            if (step + 1) % (10 * config.log_every) == 0:
                self.report.pairs("training photo | imitator", mine.images, drawn.clamp(0, 1), step)
        loss = terms.total(self.losses.weights)
        named = {name: value for name, value in vars(terms).items() if value is not None}
        named.update({} if warm else self.losses.apart)
        return Outcome(loss, {"loss": loss, **named}, count + (0 if alone else len(rows)))

    def _after(self, step: int, progress: float) -> None:
        """Give codes that nothing chooses a place to stand for; take a snapshot if one is due."""
        self._photographed(step)
        if step % REVIVE_EVERY == 0 and progress < REVIVE_UNTIL and self._found is not None:
            self.model.coder.revive_codes(self._found.latents)

    def _photographed(self, step: int) -> None:
        if self._snapshots is not None:
            self._snapshots.maybe(step, self.model)

    def _show(self) -> None:
        """Figures and grids of held-out renders and photos | imitator."""
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
