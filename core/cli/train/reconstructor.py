"""`facebridge train reconstructor`: teaches encoder, decoder and regressor on captures and photos."""

from __future__ import annotations

import argparse

from core.cli.train.inputs import add_photo_arguments, open_inputs
from core.cli.train.sources import add_data_arguments, add_settings, settings
from core.train.config import ReconstructorConfig
from core.train.profiles import RECONSTRUCTORS

HELP = "Trains E, D and R through the frozen imitator; resumable, and by torchrun on several GPUs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data, the photos and the settings."""
    add_data_arguments(parser)
    add_photo_arguments(parser)
    add_settings(parser, ReconstructorConfig())


def run(args: argparse.Namespace) -> int:
    """Train, or go on; raises InputError, DatasetError, EngineError or Diverged."""
    config, team = settings(RECONSTRUCTORS, args)
    from core.train.processes import leave_team
    from core.train.results import PHOTO_MEANS, save_result

    inputs = open_inputs(args, config, team)
    trained = inputs.run(config, args.out).train()
    leave_team(team)
    if trained is None:
        return 0
    model, figures = trained
    photos, schema = inputs.photos, inputs.captures.schema
    means = {
        "photo_embedding_mean": photos.embedding_mean,
        "photo_geometry_mean": photos.geometry_mean,
        "photo_colour_mean": photos.colour_mean,
    }
    save_result(args.out, PHOTO_MEANS, means, {}, schema)
    facts = {"figures": figures.to_dict(), **inputs.facts(config)}
    save_result(args.out, "reconstructor", model.state_dict(), facts, schema)
    print(f"E, D and R lie in {args.out / 'reconstructor.safetensors'}.")
    return 0
