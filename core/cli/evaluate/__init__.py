"""`facebridge evaluate`: picks the instrument, and imports its module only then."""

from __future__ import annotations

import argparse
import importlib

HELP = "Measures characters, imitators and reconstructors by instruments that training never sees."

INSTRUMENTS = {
    "likeness": "how like their people the characters of a folder of photos are, drawn by the engine",
    "verification": "are two photos of one person told from photos of two by their characters? Beside other systems",
    "means": "the mean photo and the mean render of a folder of other people, for likeness to compare after",
    "robustness": "what occlusion, blur, glasses, a turned head and other light leave of likeness",
    "parameters": "which parameters can be seen in a render, and on which of them photos of one person agree",
    "imitator": "how well the imitator copies its engine, overall, by parameter group, and in its derivatives",
    "report": "all of it on one page: figures beside the paper's, curves, pictures, and the bundle's card",
    "domain": "how far photos and renders were apart while a reconstructor was trained",
}
"""Name of an instrument -> its line in the help; core.cli.evaluate.<name> offers what every subcommand offers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the instruments and the arguments of each."""
    instruments = parser.add_subparsers(dest="instrument", required=True, metavar="INSTRUMENT")
    for name, line in INSTRUMENTS.items():
        module = importlib.import_module(f"core.cli.evaluate.{name}")
        module.add_arguments(instruments.add_parser(name, help=line, description=module.HELP))


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    return importlib.import_module(f"core.cli.evaluate.{args.instrument}").run(args)
