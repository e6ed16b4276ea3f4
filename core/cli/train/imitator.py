"""`facebridge train imitator`: teaches the imitator to draw what the engine draws."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli.train.sources import add_data_arguments, add_settings, open_data, settings
from core.train.config import ImitatorConfig
from core.train.profiles import IMITATORS

HELP = "Trains the imitator G on captures; resumable, and by torchrun on several GPUs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data and the settings."""
    add_data_arguments(parser)
    add_settings(parser, ImitatorConfig())


def run(args: argparse.Namespace) -> int:
    """Train, or go on; raises InputError, DatasetError, EngineError or Diverged."""
    config, team = settings(IMITATORS, args)
    from core.train.imitator import train_imitator
    from core.train.processes import leave_team
    from core.train.results import save_result

    dataset, cache, captures, references = open_data(args, team)
    found = train_imitator(captures, references, config, args.out, cache, team=team)
    leave_team(team)
    if found is None:
        return 0
    imitator, figures = found
    facts = {
        "figures": figures.to_dict(),
        "config": asdict(config),
        "data": {**asdict(dataset.info), "samples": len(captures)},
    }
    save_result(args.out, "imitator", imitator.state_dict(), facts, captures.schema)
    print(f"The imitator lies in {args.out / 'imitator.safetensors'}, its figures in {args.out / 'imitator.json'}.")
    return 0
