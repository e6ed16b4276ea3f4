"""`facebridge train ablation`: trains E, D and R with each loss removed in turn and writes one table."""

from __future__ import annotations

import argparse
import dataclasses
import time

from core.cli.train.inputs import add_photo_arguments, open_inputs
from core.cli.train.sources import add_data_arguments, add_settings, settings
from core.train.config import ReconstructorConfig
from core.train.profiles import RECONSTRUCTORS

HELP = (
    "Trains E, D and R once with everything and once without each loss, on the same data in the same order, and writes"
    " OUT/ablation/table.md and table.json. OUT holds what the imitator and constants stages left. The same command"
    " goes on where it was stopped."
)
STEPS = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data, the photos and the settings."""
    add_data_arguments(parser)
    add_photo_arguments(parser)
    parser.add_argument(
        "--only", nargs="+", default=None, metavar="LOSS", help="remove these losses only (default: each that is used)"
    )
    add_settings(parser, ReconstructorConfig())


def run(args: argparse.Namespace) -> int:
    """Train every variant, or go on; raises InputError, DatasetError, EngineError or Diverged."""
    args.steps = args.steps or STEPS
    config, team = settings(RECONSTRUCTORS, args)
    from core.train.ablation import FOLDER, folder, load_figures, save_figures, variants, write_table
    from core.train.processes import leave_team
    from engine_bridge.errors import InputError

    chosen = variants(config)
    if args.only is not None:
        known = [variant.name.removeprefix("without ") for variant in chosen[1:]]
        if unknown := [name for name in args.only if name not in known]:
            raise InputError(f"--only names {unknown[0]!r}; the losses of these settings are {', '.join(known)}.")
        chosen = [chosen[0], *(v for v in chosen[1:] if v.name.removeprefix("without ") in args.only)]
    inputs, out, began = open_inputs(args, config, team), args.out / FOLDER, time.monotonic()
    for number, variant in enumerate(chosen, 1):
        if load_figures(out, variant) is not None:
            continue
        left = max(config.stop_after - (time.monotonic() - began) / 60.0, 1e-6) if config.stop_after else 0.0
        if team.leads:
            print(f"Training {number} of {len(chosen)}: {variant.name}.", flush=True)
        training = inputs.run(dataclasses.replace(variant.config, stop_after=left), folder(out, variant))
        trained = training.train()
        if not training.finished:
            leave_team(team)
            return 0
        if trained is not None:
            save_figures(out, variant, trained[1])
            write_table(out, chosen)
    leave_team(team)
    if team.leads:
        print(write_table(out, chosen))
        print(f"The table lies in {out / 'table.md'} and {out / 'table.json'}.")
    return 0
