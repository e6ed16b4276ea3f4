"""`facebridge train reconstructor`: teaches encoder, decoder and regressor on captures and photos."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from core.cli.train.sources import add_data_arguments, add_settings, counter, open_data, settings
from core.train.config import ReconstructorConfig
from core.train.profiles import RECONSTRUCTORS

HELP = "Trains E, D and R through the frozen imitator; resumable, and by torchrun on several GPUs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data, the photos and the settings."""
    add_data_arguments(parser)
    add_photo_arguments(parser)
    add_settings(parser, ReconstructorConfig())


def add_photo_arguments(parser: argparse.ArgumentParser) -> None:
    """Where photos come from, and where they are kept aligned."""
    parser.add_argument(
        "--photos", type=Path, required=True, metavar="DIR", help="photos, one subfolder a person, or all in one folder"
    )
    parser.add_argument("--photo-cache", type=Path, default=None, metavar="DIR", help="(default: OUT/photos)")


def run(args: argparse.Namespace) -> int:
    """Train, or go on; raises InputError, DatasetError, EngineError or Diverged."""
    config, team = settings(RECONSTRUCTORS, args)
    from core.align.cache import build_cache
    from core.align.quality import QualityLimits
    from core.threads import cores
    from core.train.landmark_map import Constants
    from core.train.photos import Photos
    from core.train.processes import leave_team
    from core.train.reconstructor import ReconstructorRun
    from core.train.results import PHOTO_MEANS, load_imitator, load_result, save_result
    from core.train.suggestions import FaceFeatures

    dataset, cache, captures, references = open_data(args, team)
    imitator = load_imitator(args.out, captures.schema)
    constants = Constants(**load_result(args.out, "constants", captures.schema)[0])
    folder = args.photo_cache or args.out / "photos"
    with team.one_after_the_other():
        template = constants.template.numpy()
        photo_cache = build_cache(args.photos, folder, template, cores(), counter("photos aligned"))
        if photo_cache.skipped and team.leads:
            name, why = next(iter(photo_cache.skipped.items()))
            print(f"{len(photo_cache.skipped)} photos cannot be used; of the first, {name}, it is said: {why}")
    limits = QualityLimits(config.least_face_px, config.least_sharpness, config.most_yaw_deg, config.least_presence)
    photos = Photos(photo_cache, config.held_out_people, config.expression_removed, limits)
    if config.suggestion_weight:
        seen, _ = load_result(args.out, "render-features", captures.schema)
        inputs = seen.pop("inputs")
        found = photos.suggest(inputs, FaceFeatures(**seen), config.person_share)
        print(f"Suggestions explain {found.explained:.3f} of the parameters of renders (ridge {found.ridge:g}).")
    training = ReconstructorRun(imitator, captures, photos, constants, references, config, args.out, cache, team=team)
    trained = training.train()
    leave_team(team)
    if trained is None:
        return 0
    model, figures = trained
    facts = {
        "figures": figures.to_dict(),
        # The card goes out: a folder of this machine is not its reader's business.
        "config": {**asdict(config), "start_from": Path(config.start_from).name},
        "data": {**asdict(dataset.info), "samples": len(captures)},
        "photos": {
            "people": len(photos.rows_of),
            "photos": photos.train_count,
            "held_out_people": len(photos.held_out_people),
            "skipped": len(photo_cache.skipped),
            "below_quality": photos.dropped,
        },
    }
    means = {
        "photo_embedding_mean": photos.embedding_mean,
        "photo_geometry_mean": photos.geometry_mean,
        "photo_colour_mean": photos.colour_mean,
    }
    save_result(args.out, PHOTO_MEANS, means, {}, captures.schema)
    save_result(args.out, "reconstructor", model.state_dict(), facts, captures.schema)
    print(f"E, D and R lie in {args.out / 'reconstructor.safetensors'}.")
    return 0
