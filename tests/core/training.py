"""A small training of each kind on the pattern engine, for tests of stopping, resuming and sharing."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from core.perception.appearance import REGIONS
from core.train.captures import Captures
from core.train.config import ImitatorConfig, ReconstructorConfig
from core.train.imitator import make_imitator, train_imitator
from core.train.judges import Describe, Judge
from core.train.landmark_map import Constants
from core.train.photos import Photos
from core.train.processes import Team
from core.train.reconstructor import ReconstructorRun
from core.train.reconstructor_step import Judges
from core.train.references import References, cube, sweep_parameters
from core.train.report import Report
from engine_bridge.engines import open_engine
from tests.core.test_train_inputs import photo_cache

NARROW = (24, 24, 16, 16, 8, 8)
"""Channels of an imitator of the real depth that a test can afford dozens of steps of."""
IMITATOR = ImitatorConfig(
    steps=6, batch=4, lr=1e-3, warmup=0.1, held_out=3, log_every=2, evaluate_every=100, threads=1, device="cpu"
)
RECONSTRUCTOR = ReconstructorConfig(
    steps=5, batch=4, render_batch=2, lr=1e-4, warm_start=0.4, parameter_weight=1.0, appearance_weight=1.0,
    codebook_photos=1.0, domain_memory=6, geometry_batch=2, held_out=2, held_out_people=2, log_every=1,
    evaluate_every=100, threads=1, device="cpu", optimizer="orthogonal", orthogonal_lr=0.005,
)  # fmt: skip


class Recorder(Report):
    """A report that keeps every step's losses and every line."""

    def __init__(self) -> None:
        super().__init__(Path(), quiet=True)
        self.steps: list[dict[str, float]] = []
        self.lines: list[str] = []

    def add(self, values: dict[str, float]) -> None:
        """Keep and pass on."""
        self.steps.append(values)
        super().add(values)

    def say(self, text: str) -> None:
        """Keep."""
        self.lines.append(text)


def renders(parameters: np.ndarray) -> np.ndarray:
    """(N, P) -> (N, 256, 256, 3) of the pattern engine."""
    return open_engine("pattern").render(parameters, np.zeros((len(parameters), 1), np.uint8), 256)


@lru_cache(maxsize=1)
def captures_of(count: int = 12) -> Captures:
    """Random captures of the pattern engine."""
    schema = open_engine("pattern").schema
    parameters = cube(schema, np.random.default_rng(0), count, 0.5)
    return Captures(schema, parameters, renders(parameters), np.arange(count))


@lru_cache(maxsize=1)
def references_of() -> References:
    """The neutral render, and captures in the place of sweeps; no regimes."""
    captures = captures_of()
    sweeps = sweep_parameters(captures.schema)
    rows = np.arange(len(sweeps)) % len(captures)
    return References(renders(captures.schema.defaults[None])[0], {}, (sweeps, captures.images[rows]))


def constants_of(captures: Captures) -> Constants:
    """Landmarks somewhere, means of zero."""
    rng = torch.Generator().manual_seed(0)
    points = 60 + 130 * torch.rand(478, 2, generator=rng)
    weight = torch.randn(captures.schema.count, 478, 2, generator=rng)
    means = torch.zeros(128), torch.zeros(468, 3), torch.zeros(len(REGIONS), 3)
    return Constants(weight, points, *means, torch.zeros(5, 2))


def coarse_judges(photos: Photos) -> Judges:
    """F_id and F_3d as mean colours of coarse grids: what is compared is real, and a step is three times as fast."""

    def judge(describe: Describe) -> Judge:
        seen = torch.cat(
            [describe(photos.take(np.array([row])).images, torch.empty(0)) for row in range(len(photos.images))]
        )
        return Judge(describe, seen, seen.mean(0), seen.mean(0), 1.0)

    return Judges(
        judge(lambda images, _points: F.adaptive_avg_pool2d(images, 4).flatten(1)),
        judge(lambda images, _points: F.adaptive_avg_pool2d(images, 8).flatten(2).transpose(1, 2)),
    )


def run_imitator(out: Path, stop_at: int, team: Team | None = None, **changes: Any) -> Recorder:
    """Train an imitator in `out` until so many steps are done; its losses."""
    captures, recorder = captures_of(), Recorder()
    config = dataclasses.replace(IMITATOR, **changes)
    train_imitator(captures, references_of(), config, out, out, recorder, stop=_after(recorder, stop_at), team=team)
    return recorder


def reconstructor_run(out: Path, recorder: Report, team: Team | None = None, **changes: Any) -> ReconstructorRun:
    """A run in `out`, which goes on where an earlier one of the same folder stopped."""
    captures, photos = captures_of(), Photos(photo_cache(6, 2), held_out_people=2)
    torch.manual_seed(7)
    return ReconstructorRun(
        make_imitator(captures, references_of().neutral),
        captures,
        photos,
        constants_of(captures),
        references_of(),
        dataclasses.replace(RECONSTRUCTOR, **changes),
        out,
        out,
        recorder,
        judges=coarse_judges(photos),
        team=team,
    )


def run_reconstructor(out: Path, stop_at: int, team: Team | None = None, **changes: Any) -> Recorder:
    """Train E, D and R in `out` until so many steps are done; the losses."""
    recorder = Recorder()
    run = reconstructor_run(out, recorder, team, **changes)
    assert run.train(stop=lambda: run.step >= stop_at) is None
    return recorder


def _after(recorder: Recorder, steps: int) -> Any:
    return lambda: len(recorder.steps) >= steps
