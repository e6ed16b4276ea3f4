"""`facebridge train`: trains an imitator or a reconstructor, fits a domain's constants, and packs a bundle."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from core.train.captures import Captures
    from core.train.references import References, Render
    from data_capture.reader import Dataset

HELP = "Trains the networks on captures and photos: imitator, then constants, then reconstructor, then bundle."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the four stages and their arguments."""
    from core.train.config import ImitatorConfig, ReconstructorConfig, add_config_arguments

    stages = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    imitator = stages.add_parser("imitator", help="teach the imitator to draw what the engine draws")
    _data(imitator)
    _profile(imitator)
    add_config_arguments(imitator, ImitatorConfig())
    constants = stages.add_parser("constants", help="fit the map to landmarks and the renders' mean features")
    _data(constants)
    constants.add_argument("--samples", type=int, default=2_000, help="captures to look at (default: 2000)")
    reconstructor = stages.add_parser("reconstructor", help="teach encoder, decoder and regressor")
    _data(reconstructor)
    _photos(reconstructor)
    _profile(reconstructor)
    add_config_arguments(reconstructor, ReconstructorConfig())
    bundle = stages.add_parser("bundle", help="pack what the other stages left in the run folder")
    bundle.add_argument("--run", type=Path, required=True, metavar="DIR", help="run folder of the other stages")
    bundle.add_argument("--out", type=Path, required=True, metavar="DIR", help="bundle folder to write")
    bundle.add_argument("--name", default=None, help="name on the card (default: the character's)")
    bundle.add_argument("--bundle-version", default="1", help="version on the card (default: 1)")
    bundle.add_argument("--photos-name", default=None, help="what the photos were, for the card")
    bundle.add_argument("--licence", default=None, help="licence of the weights, for the card")


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="captured dataset")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder: checkpoints and results")
    parser.add_argument("--cache", type=Path, default=None, metavar="DIR", help="decoded images (DATA-decoded)")
    parser.add_argument("--engine", default=None, help="engine that draws the references (default: the dataset's)")


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", choices=("cpu", "gpu"), default="cpu", help="settings to start from")


def _photos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--photos", type=Path, required=True, metavar="DIR", help="photos, one subfolder a person")
    parser.add_argument("--photo-cache", type=Path, default=None, metavar="DIR", help="(default: OUT/photos)")


def run(args: argparse.Namespace) -> int:
    """Run one stage; raises InputError, DatasetError or EngineError."""
    stages = {"imitator": _imitator, "constants": _constants, "reconstructor": _reconstructor, "bundle": _bundle}
    return stages[args.stage](args)


def _open(args: argparse.Namespace) -> tuple[Dataset, Path, Captures, References]:
    """The dataset, its cache, its decoded samples, and the references, drawn by an engine process if need be."""
    from core.train.captures import open_captures
    from core.train.references import open_references
    from data_capture.reader import Dataset

    dataset, cache = Dataset(args.data), args.cache or args.data.with_name(args.data.name + "-decoded")
    captures = open_captures(dataset, cache, _counter("decoded"))
    with _Drawing(args.engine or dataset.info.engine, dataset) as drawing:
        return dataset, cache, captures, open_references(dataset.schema, cache, drawing.start)


def _counter(what: str) -> Callable[[int, int], None]:
    """Prints `what done/total` over itself, and a line's end when all is done."""
    return lambda done, total: print(f"\r{what} {done}/{total}", end="\n" if done == total else "", flush=True)


class _Drawing:
    """An engine process that is started only when something must be drawn."""

    def __init__(self, engine: str, dataset: Dataset) -> None:
        from contextlib import ExitStack

        self._engine, self._dataset, self._stack = engine, dataset, ExitStack()

    def __enter__(self) -> _Drawing:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def start(self) -> Render:
        """Start the engine, check its schema against the dataset's, and return the function that draws."""
        from engine_bridge.errors import SchemaMismatch
        from engine_bridge.session import EngineSession

        print(f"Drawing the neutral, sweep and test renders with the {self._engine} engine ...", flush=True)
        session = self._stack.enter_context(EngineSession.start(self._engine, image_px=256))
        if difference := session.schema.difference(self._dataset.schema):
            raise SchemaMismatch(f"The {self._engine} engine is not the one that was captured: {difference}")
        return lambda parameters: session.render(parameters, None, image_px=256, deadline_s=120.0)


def _imitator(args: argparse.Namespace) -> int:
    from core.threads import configure
    from core.train.config import IMITATOR_PROFILES, overridden

    config = overridden(IMITATOR_PROFILES[args.profile], vars(args))
    configure(config.threads or None)
    from core.train.imitator import train_imitator
    from core.train.results import save_result

    dataset, cache, captures, references = _open(args)
    imitator, figures = train_imitator(captures, references, config, args.out, cache)
    facts = {
        "figures": figures.to_dict(),
        "config": asdict(config),
        "data": {**asdict(dataset.info), "samples": len(captures)},
    }
    save_result(args.out, "imitator", imitator.state_dict(), facts, captures.schema)
    print(f"The imitator lies in {args.out / 'imitator.safetensors'}, its figures in {args.out / 'imitator.json'}.")
    return 0


def _constants(args: argparse.Namespace) -> int:
    from core.threads import configure

    configure()
    from core.align.face import find_landmarks, template_points
    from core.models.imitator import Imitator
    from core.train.landmark_map import fit_constants
    from core.train.results import bounds, save_result
    from engine_bridge.errors import InputError

    dataset, _cache, captures, references = _open(args)
    neutral = find_landmarks([references.neutral])[0]
    if isinstance(neutral, InputError):
        raise InputError(f"The neutral render of {dataset.info.character} shows no face that can be found: {neutral}")
    template = template_points(_tensor(neutral)[None])[0].numpy()
    normalise = Imitator(*bounds(captures.schema)).normalise
    constants, fit, inputs, seen = fit_constants(
        captures, normalise, references.neutral, template, neutral, args.samples, _counter("landmarks of renders")
    )
    save_result(args.out, "constants", constants.tensors(), {"fit": asdict(fit)}, captures.schema)
    save_result(args.out, "render-features", {"inputs": inputs, **vars(seen)}, {}, captures.schema)
    print(
        f"Landmarks are predicted to {fit.error_px:.2f} px (the mean face: {fit.neutral_error_px:.2f} px) on renders"
        f" that were not fitted; {fit.doubted} of {fit.renders + fit.doubted} renders were left out."
    )
    return 0


def _tensor(array: NDArray[np.float32]) -> Tensor:
    import torch

    return torch.from_numpy(array)


def _reconstructor(args: argparse.Namespace) -> int:
    from core.threads import configure, cores
    from core.train.config import RECONSTRUCTOR_PROFILES, overridden

    config = overridden(RECONSTRUCTOR_PROFILES[args.profile], vars(args))
    configure(config.threads or None)
    from core.align.cache import build_cache
    from core.train.landmark_map import Constants
    from core.train.photos import Photos
    from core.train.reconstructor import ReconstructorRun
    from core.train.results import PHOTO_MEANS, load_imitator, load_result, save_result
    from core.train.suggestions import FaceFeatures

    dataset, cache, captures, references = _open(args)
    imitator = load_imitator(args.out, captures.schema)
    constants = Constants(**load_result(args.out, "constants", captures.schema)[0])
    folder = args.photo_cache or args.out / "photos"
    photo_cache = build_cache(args.photos, folder, constants.template.numpy(), cores(), _counter("photos aligned"))
    photos = Photos(photo_cache, config.held_out_people)
    if config.suggestion_weight:
        seen, _ = load_result(args.out, "render-features", captures.schema)
        inputs = seen.pop("inputs")
        found = photos.suggest(inputs, FaceFeatures(**seen), config.person_share)
        print(f"Suggestions explain {found.explained:.3f} of the parameters of renders (ridge {found.ridge:g}).")
    run = ReconstructorRun(imitator, captures, photos, constants, references, config, args.out, cache)
    model, figures = run.train()
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


def _bundle(args: argparse.Namespace) -> int:
    from core.train.packing import pack_bundle

    bundle = pack_bundle(
        args.run,
        name=args.name,
        version=args.bundle_version,
        photos_name=args.photos_name,
        licence=args.licence,
    )
    bundle.save(args.out)
    size = sum(file.stat().st_size for file in args.out.iterdir())
    print(f"The bundle '{bundle.card['name']} {bundle.card['version']}' lies in {args.out}, {size / 1e6:.1f} MB.")
    return 0
