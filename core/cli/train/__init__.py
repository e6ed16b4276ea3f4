"""`facebridge train`: picks the stage of a training, and imports its module only then."""

from __future__ import annotations

import argparse
import importlib

HELP = "Trains the networks on captures and photos: imitator, constants, reader, reconstructor, then bundle."

STAGES = {
    "imitator": "teach the imitator to draw what the engine draws",
    "constants": "fit the map to landmarks and the renders' mean features",
    "reader": "fit the map from frozen features to parameters, which importing uses",
    "reconstructor": "teach encoder, decoder and regressor",
    "ablation": "train E, D and R with each loss removed in turn, and write one table",
    "bundle": "pack what the other stages left in the run folder",
}
"""Name of a stage -> its line in the help; core.cli.train.<name> offers what every subcommand offers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the stages and the arguments of each."""
    stages = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    for name, line in STAGES.items():
        module = importlib.import_module(f"core.cli.train.{name}")
        module.add_arguments(stages.add_parser(name, help=line, description=module.HELP))


def run(args: argparse.Namespace) -> int:
    """Run one stage; raises InputError, DatasetError, EngineError or Diverged."""
    return importlib.import_module(f"core.cli.train.{args.stage}").run(args)
