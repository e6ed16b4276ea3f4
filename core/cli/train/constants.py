"""`facebridge train constants`: fits the map from parameters to landmarks, and the renders' mean features."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli.train.sources import add_data_arguments, counter, open_data

HELP = "Fits what training and importing need to know of one character beside the networks."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data and how much of it to look at."""
    add_data_arguments(parser)
    parser.add_argument("--samples", type=int, default=12_000, help="captures to look at (default: 12000)")


def run(args: argparse.Namespace) -> int:
    """Fit and save; raises InputError, DatasetError or EngineError."""
    from core.threads import configure

    configure()
    import torch

    from core.align.face import find_landmarks, template_points
    from core.models.imitator import Imitator
    from core.train.landmark_map import fit_constants
    from core.train.results import bounds, save_result
    from engine_bridge.errors import InputError

    dataset, _cache, captures, references = open_data(args)
    neutral = find_landmarks([references.neutral])[0]
    if isinstance(neutral, InputError):
        raise InputError(f"The neutral render of {dataset.info.character} shows no face that can be found: {neutral}")
    template = template_points(torch.from_numpy(neutral)[None])[0].numpy()
    normalise = Imitator(*bounds(captures.schema)).normalise
    constants, fit, inputs, seen = fit_constants(
        captures, normalise, references.neutral, template, neutral, args.samples, counter("landmarks of renders")
    )
    save_result(args.out, "constants", constants.tensors(), {"fit": asdict(fit)}, captures.schema)
    features = {name: value for name, value in vars(seen).items() if value is not None}
    save_result(args.out, "render-features", {"inputs": inputs, **features}, {}, captures.schema)
    print(
        f"Landmarks are predicted to {fit.error_px:.2f} px (the mean face: {fit.neutral_error_px:.2f} px) on renders"
        f" that were not fitted; {fit.doubted} of {fit.renders + fit.doubted} renders were left out."
    )
    return 0
