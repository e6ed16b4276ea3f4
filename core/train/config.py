"""Settings of the two trainings as frozen dataclasses, with a CPU and a GPU profile and command-line overrides."""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass
from typing import Any, TypeVar

from engine_bridge.errors import InputError


@dataclass(frozen=True)
class ImitatorConfig:
    """How the imitator G is trained (equation 1); the defaults are the GPU profile."""

    steps: int = 120_000  # 150 epochs of 100K captures at batch 128, as in section 4.2 of the paper
    minutes: float = 0.0  # > 0: the schedule follows the clock and ends, fully annealed, after so many minutes
    batch: int = 128
    optimizer: str = "adam"  # "adam" as in the paper, or "orthogonal" (see core.train.optimizers)
    lr: float = 3e-4  # of Adam
    orthogonal_lr: float = 0.02
    lr_final: float = 0.01  # last learning rate as a share of `lr`
    warmup: float = 0.02  # share of the run spent raising the learning rate
    beta2: float = 0.999
    ema: float = 0.999
    clip_norm: float = 1.0
    change_floor: float = 2e-4  # added to each sample's mean squared change from neutral, in [0, 1]^2 units
    change_power: float = 0.5  # 0: plain equation 1; 1: every sample's explained change counts alike
    held_out: int = 512  # captures at the end of the dataset that are never trained on
    log_every: int = 100
    evaluate_every: int = 5_000
    checkpoint_minutes: float = 3.0
    threads: int = 0  # 0: all cores
    device: str = "auto"
    seed: int = 0


@dataclass(frozen=True)
class ReconstructorConfig:
    """How E, D and R are trained (equation 12); the defaults are the GPU profile and the paper's weights."""

    steps: int = 100_000
    minutes: float = 0.0
    batch: int = 64  # photos of a step
    render_batch: int = 0  # renders of a step; 0 means as many as photos
    optimizer: str = "adam"
    lr: float = 3e-4
    orthogonal_lr: float = 0.02
    lr_final: float = 0.05
    warmup: float = 0.02
    beta2: float = 0.999
    ema: float = 0.999
    clip_norm: float = 1.0
    # Equation 12, and equations 4, 5 and 8.
    restored_weight: float = 1.0
    domain_weight: float = 0.01
    contrastive_weight: float = 0.02
    consistency_weight: float = 0.02
    codebook_beta: float = 0.25
    commitment_alpha: float = 0.25
    temperature: float = 0.07
    # Our additions, off in the GPU profile.
    warm_start: float = 0.0  # share of the run on renders alone, before photos join
    parameter_weight: float = 0.0  # direct error of renders' parameters, in units of their variance
    appearance_weight: float = 0.0  # regional colours of photo and character, centred per domain
    suggestion_weight: float = 0.0  # photos' parameters against those a linear map suggests; see core.train.suggestions
    person_share: float = 0.0  # share of a photo's suggestion that is the mean over its person's photos
    prior_weight: float = 0.0  # mean square of photos' parameters, in half-range units
    refit_faces: int = 0  # > 0: R's last layer is solved at the end on so many photos, and a quarter as many renders
    spread: float = 1.0  # how much further than least squares says R's answers to photos lie from their mean
    codebook_photos: float = 0.0  # 1: L_differ holds for photos as well as for renders
    domain_memory: int = 0  # earlier samples of each domain that the MMD also compares with
    geometry_batch: int = 0  # photos of a step that L_3d looks at; 0 means all
    start_from: str = ""  # run folder whose E, D and R this run begins with; see core.train.transfer
    degrade: float = 1.0  # how strongly inputs of E are degraded, 0 to 1
    held_out: int = 512
    held_out_people: int = 41
    log_every: int = 50
    evaluate_every: int = 2_000
    checkpoint_minutes: float = 3.0
    threads: int = 0
    device: str = "auto"
    seed: int = 0


Config = TypeVar("Config", ImitatorConfig, ReconstructorConfig)

# The CPU profiles make the most of about half an hour (imitator) and three quarters (reconstructor) on two cores:
# small batches, and an optimiser that needs a third of Adam's steps and costs a quarter more a step.
IMITATOR_PROFILES: dict[str, ImitatorConfig] = {
    "gpu": ImitatorConfig(),
    "cpu": ImitatorConfig(
        minutes=30.0,
        batch=16,
        optimizer="orthogonal",
        lr=1e-3,
        beta2=0.99,
        ema=0.99,
        change_power=0.75,
        change_floor=5e-5,  # twice the change that a slider of median visibility makes
        held_out=300,
        log_every=25,
        evaluate_every=1_000,
    ),
}
RECONSTRUCTOR_PROFILES: dict[str, ReconstructorConfig] = {
    "gpu": ReconstructorConfig(),
    "cpu": ReconstructorConfig(
        minutes=45.0,
        batch=8,
        optimizer="orthogonal",
        lr=1e-3,
        beta2=0.99,
        ema=0.98,
        domain_weight=0.05,
        consistency_weight=0.3,
        render_batch=4,
        warm_start=0.75,
        parameter_weight=1.0,
        appearance_weight=0.5,
        suggestion_weight=1.0,
        person_share=0.5,
        prior_weight=0.02,
        refit_faces=2_400,
        spread=1.5,
        codebook_photos=1.0,
        domain_memory=64,
        geometry_batch=4,
        held_out=300,
        log_every=10,
        evaluate_every=200,
    ),
}


def add_config_arguments(parser: argparse.ArgumentParser, example: Any) -> None:
    """One `--name` option for each field of the config dataclass `example`, without a default of its own."""
    for field in dataclasses.fields(example):
        kind = type(getattr(example, field.name))
        option = "--" + field.name.replace("_", "-")
        parser.add_argument(option, dest=field.name, type=kind, default=None, metavar=kind.__name__.upper())


def overridden(config: Config, values: dict[str, Any]) -> Config:
    """`config` with every entry of `values` that is not None put in; InputError for a value out of range."""
    known = {field.name for field in dataclasses.fields(config)}
    if values.get("steps") is not None and values.get("minutes") is None:
        values = {**values, "minutes": 0.0}  # a stated number of steps is meant, whatever the profile's clock says
    config = dataclasses.replace(config, **{k: v for k, v in values.items() if k in known and v is not None})
    for name in ("steps", "batch", "log_every", "evaluate_every"):
        if getattr(config, name) < 1:
            raise InputError(f"--{name.replace('_', '-')} is {getattr(config, name)}; it must be at least 1.")
    for name in ("minutes", "held_out", "threads"):
        if getattr(config, name) < 0:
            raise InputError(f"--{name.replace('_', '-')} is {getattr(config, name)}; it must not be negative.")
    if not 0 < config.lr < 1:
        raise InputError(f"--lr is {config.lr}; a learning rate lies between 0 and 1.")
    return config
