"""Settings of the two trainings as frozen dataclasses, and their command-line overrides; profiles are beside it."""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass
from typing import Any, TypeVar

from engine_bridge.errors import InputError

COMPILE_MODES = ("off", "default", "reduce-overhead", "max-autotune")


@dataclass(frozen=True)
class RunConfig:
    """What both trainings are told; a default never changes its meaning, because checkpoints are compared by it."""

    steps: int = 100_000
    epochs: int = 0  # > 0: so many shuffled passes over the captures, whatever `steps` says
    minutes: float = 0.0  # > 0: the schedule follows the clock and ends, fully annealed, after so many minutes
    stop_after: float = 0.0  # > 0: minutes after which this piece of a run ends with a checkpoint
    batch: int = 64
    optimizer: str = "adam"  # "adam" as in the paper, or "orthogonal" (see core.train.optimizers)
    lr: float = 3e-4  # of Adam
    orthogonal_lr: float = 0.02
    schedule: str = "cosine"  # "cosine", or "halving" after each third, as in the paper
    lr_final: float = 0.05  # last learning rate as a share of `lr`
    warmup: float = 0.02  # share of the run spent raising the learning rate
    beta2: float = 0.999
    ema: float = 0.999
    clip_norm: float = 1.0  # 0: gradients are not clipped
    bf16: bool = False  # bfloat16 in matrix products and convolutions; weights and losses stay float32
    compile: str = "off"  # torch.compile: off, default, reduce-overhead (CUDA graphs) or max-autotune
    held_out: int = 512  # captures at the end of the dataset that are never trained on
    log_every: int = 100
    evaluate_every: int = 5_000
    checkpoint_minutes: float = 3.0
    threads: int = 0  # 0: all cores
    device: str = "auto"
    seed: int = 0


@dataclass(frozen=True)
class ImitatorConfig(RunConfig):
    """How the imitator G is trained (equation 1)."""

    steps: int = 120_000
    batch: int = 128
    lr_final: float = 0.01
    change_floor: float = 2e-4  # added to each sample's mean squared change from neutral, in [0, 1]^2 units
    change_power: float = 0.5  # 0: plain equation 1; 1: every sample's explained change counts alike
    # Against blur, both off: 1 weighs as much as equation 1 does.
    pyramid_weight: float = 0.0  # L1 on every level of a Laplacian pyramid
    perceptual_weight: float = 0.0  # squared distance of F_id's features at several depths


@dataclass(frozen=True)
class ReconstructorConfig(RunConfig):
    """How E, D and R are trained (equation 12); the weights of the losses are the paper's."""

    render_batch: int = 0  # renders of a step; 0 means as many as photos (`batch`)
    # Equation 12, and equations 4, 5 and 8.
    restored_weight: float = 1.0
    domain_weight: float = 0.01
    contrastive_weight: float = 0.02
    consistency_weight: float = 0.02
    codebook_beta: float = 0.25
    commitment_alpha: float = 0.25
    temperature: float = 0.07
    contrastive: str = "plain"  # on p as it is, or "visible": weighted by what each parameter changes in the picture
    prior: str = ""  # npz of real faces' parameters that photos' p is drawn to instead of renders' p
    snapshots: bool = False  # f and p of held-out faces are kept at a few steps; see core.train.snapshots
    # Our additions, off by default unless their comment says otherwise.
    warm_start: float = 0.0  # share of the run on renders alone, before photos join
    parameter_weight: float = 0.0  # direct error of renders' parameters, in units of their variance
    appearance_weight: float = 0.0  # regional colours of photo and character, centred per domain
    suggestion_weight: float = 0.0  # photos' parameters against what the reader says (core.models.reader)
    person_share: float = 0.0  # share of a photo's suggestion that is the mean over its person's photos
    prior_weight: float = 0.0  # mean square of photos' parameters, in half-range units
    refit_faces: int = 0  # > 0: R's last layer is solved at the end on so many photos, and a quarter as many renders
    spread: float = 1.0  # how much further than least squares says R's answers to photos lie from their mean
    codebook_photos: float = 0.0  # 1: L_differ holds for photos as well as for renders
    domain_memory: int = 0  # earlier samples of each domain that the MMD also compares with
    geometry_batch: int = 0  # photos of a step that L_3d looks at; 0 means all
    start_from: str = ""  # run folder whose E, D and R this run begins with; see core.train.transfer
    degrade: float = 1.0  # how strongly inputs of E are degraded, 0 to 1; on
    centred: bool = True  # photos and renders are compared after each domain's mean is taken off; on
    expression_removed: bool = True  # what expression explains is taken out of photos' geometry; on
    codebook_additions: bool = True  # codes start at, follow and revive at encoder outputs; on
    identity_net: str = ""  # F_id: lightcnn:FILE, or the shipped network
    geometry_net: str = ""  # F_3d: deep3d:FILE, or the shipped network
    # Photos below these are not learned from; see core.align.quality. The values here keep all.
    least_face_px: float = 0.0
    least_sharpness: float = 0.0
    most_yaw_deg: float = 180.0
    least_presence: float = 0.0
    held_out_people: int = 41
    log_every: int = 50
    evaluate_every: int = 2_000


# A parser, or a group of its arguments: argparse has no public name for what they share.
Arguments = argparse.ArgumentParser | argparse._ArgumentGroup  # pyright: ignore[reportPrivateUsage]
Config = TypeVar("Config", ImitatorConfig, ReconstructorConfig)


def add_config_arguments(parser: Arguments, example: RunConfig) -> None:
    """One `--name` option for each field of the config dataclass `example`, without a default of its own."""
    for field in dataclasses.fields(example):
        kind = type(getattr(example, field.name))
        option = "--" + field.name.replace("_", "-")
        if kind is bool:
            parser.add_argument(option, dest=field.name, action=argparse.BooleanOptionalAction, default=None)
        else:
            parser.add_argument(option, dest=field.name, type=kind, default=None, metavar=kind.__name__.upper())


def overridden(config: Config, values: dict[str, Any]) -> Config:
    """`config` with every entry of `values` that is not None put in; InputError for a value out of range."""
    known = {field.name for field in dataclasses.fields(config)}
    given = {key: value for key, value in values.items() if key in known and value is not None}
    # A stated number of steps is meant, whatever the profile's clock or epochs say.
    if "steps" in given:
        given = {"minutes": 0.0, "epochs": 0, **given}
    elif "epochs" in given:
        given = {"minutes": 0.0, **given}
    config = dataclasses.replace(config, **given)
    for name in ("steps", "batch", "log_every", "evaluate_every"):
        _at_least(config, name, 1, "it must be at least 1")
    for name in ("minutes", "stop_after", "epochs", "held_out", "threads", "clip_norm", "ema"):
        _at_least(config, name, 0, "it must not be negative")
    if not 0 < config.lr < 1:
        raise InputError(f"--lr is {config.lr}; a learning rate lies between 0 and 1.")
    if config.compile not in COMPILE_MODES:
        raise InputError(f"--compile is {config.compile!r}; it must be one of {', '.join(COMPILE_MODES)}.")
    if isinstance(config, ReconstructorConfig) and config.contrastive not in ("plain", "visible"):
        raise InputError(f"--contrastive is {config.contrastive!r}; it must be plain or visible.")
    if isinstance(config, ReconstructorConfig) and (config.batch < 4 or config.batch % 2):
        raise InputError(
            f"--batch is {config.batch}; the reconstructor takes pairs of photos of at least two people, so an even"
            " number from 4 on."
        )
    return config


def _at_least(config: RunConfig, name: str, least: float, rule: str) -> None:
    if getattr(config, name) < least:
        raise InputError(f"--{name.replace('_', '-')} is {getattr(config, name)}; {rule}.")
