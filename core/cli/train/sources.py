"""What the stages of a training start from: the captured dataset, decoded, references, photos, and the settings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.train.config import RunConfig, add_config_arguments
from core.train.profiles import PROFILES, default_profile

if TYPE_CHECKING:
    from contextlib import ExitStack

    from core.train.captures import Captures
    from core.train.config import ImitatorConfig, ReconstructorConfig
    from core.train.processes import Team
    from core.train.references import References, Render
    from data_capture.reader import Dataset

Config = TypeVar("Config", "ImitatorConfig", "ReconstructorConfig")


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Where captures come from and results go to."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="captured dataset")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder: checkpoints and results")
    parser.add_argument("--cache", type=Path, default=None, metavar="DIR", help="decoded images (DATA-decoded)")
    parser.add_argument("--engine", default=None, help="engine that draws the references (default: the dataset's)")


def add_settings(parser: argparse.ArgumentParser, example: RunConfig) -> None:
    """--profile and one option for each setting of a training."""
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default=None,
        help="settings to start from: the paper's, 24 minutes of an H100 in all, or a CPU's hour (default: gpu where"
        " there is CUDA, else cpu)",
    )
    add_config_arguments(parser.add_argument_group("settings, instead of the profile's"), example)


def settings(profiles: dict[str, Config], args: argparse.Namespace) -> tuple[Config, Team]:
    """The settings of this run and the processes that share it; says which profile they come from.

    Gives this process its threads, so call it before anything heavy is imported.
    """
    from core.threads import configure
    from core.train.config import overridden

    profile: str = args.profile or default_profile()
    config = overridden(profiles[profile], vars(args))
    configure(config.threads or None)
    from core.train.processes import join_team

    team = join_team()
    if team.leads:
        why = "" if args.profile else " (the default where there is CUDA)" if profile == "gpu" else " (the default)"
        print(f"Settings of the {profile} profile{why}.", file=sys.stderr, flush=True)
    return config, team


def open_data(args: argparse.Namespace, team: Team | None = None) -> tuple[Dataset, Path, Captures, References]:
    """The dataset, its cache, its decoded samples, and the references, drawn by an engine process if need be."""
    from contextlib import ExitStack

    from core.train.captures import open_captures
    from core.train.processes import Team
    from core.train.references import open_references
    from data_capture.reader import Dataset

    dataset, cache = Dataset(args.data), args.cache or args.data.with_name(args.data.name + "-decoded")
    with (team or Team()).one_after_the_other(), ExitStack() as engines:
        captures = open_captures(dataset, cache, counter("decoded"))
        return dataset, cache, captures, open_references(dataset.schema, cache, _drawing(args, dataset, engines))


def _drawing(args: argparse.Namespace, dataset: Dataset, engines: ExitStack) -> Callable[[], Render]:
    """A function that starts an engine and returns what draws with it; called only when something must be drawn."""

    def start() -> Render:
        from engine_bridge.errors import SchemaMismatch
        from engine_bridge.session import EngineSession

        engine = args.engine or dataset.info.engine
        print(f"Drawing the neutral, sweep and test renders with the {engine} engine ...", flush=True)
        session = engines.enter_context(EngineSession.start(engine, image_px=256))
        if difference := session.schema.difference(dataset.schema):
            raise SchemaMismatch(f"The {engine} engine is not the one that was captured: {difference}")
        return lambda parameters: session.render(parameters, None, image_px=256, deadline_s=120.0)

    return start


def counter(what: str) -> Callable[[int, int], None]:
    """Prints `what done/total` over itself, and a line's end when all is done."""
    return lambda done, total: print(f"\r{what} {done}/{total}", end="\n" if done == total else "", flush=True)
