"""`facebridge train reader`: fits the map from frozen features to parameters, and centres it on photos of people."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.train.sources import counter

if TYPE_CHECKING:
    from core.archetypes import Archetypes
    from core.models.reader import Reader
    from core.perception.features import FaceFeatures
    from core.train.reader import People
    from engine_bridge.schema import CharacterSchema

FACES = "faces.npz"
HELP = "Fits the reader, which importing uses: needs the constants stage and photos, and takes seconds."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the run folder, the photos, and what is known of the people on them."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder of the constants stage")
    parser.add_argument("--photos", type=Path, required=True, metavar="DIR", help="photos, one subfolder a person")
    parser.add_argument("--photo-cache", type=Path, default=None, metavar="DIR", help="(default: OUT/photos)")
    parser.add_argument("--held-out-people", type=int, default=41, help="people kept for judging (default: 41)")
    parser.add_argument(
        "--labels",
        type=Path,
        default=None,
        metavar="CSV",
        help="table with the columns person, group (of the archetypes) and any choice, such as hair.style",
    )
    parser.add_argument(
        "--archetypes",
        type=Path,
        default=None,
        metavar="JSON",
        help="average faces of groups of people (default with --labels: those that ship for the character)",
    )


def run(args: argparse.Namespace) -> int:
    """Fit and save; raises InputError or DatasetError."""
    from core.threads import configure, cores

    configure()
    import numpy as np
    import torch

    from core.align.cache import build_cache
    from core.evaluate.confidence import calibrated_confidence
    from core.files import write_atomically
    from core.train.labels import UNKNOWN, read_labels
    from core.train.photos import Photos
    from core.train.reader import People, fit_reader, photo_features, render_features
    from core.train.results import load_result, load_schema, save_result

    schema = load_schema(args.out)
    archetypes = _archetypes(args, schema)
    parameters, seen = render_features(args.out, schema)
    constants, _ = load_result(args.out, "constants", schema)
    folder = args.photo_cache or args.out / "photos"
    cache = build_cache(args.photos, folder, constants["template"].numpy(), cores(), counter("photos aligned"))
    photos = Photos(cache, args.held_out_people)
    identity = photos.people
    group = np.full(len(cache.people), UNKNOWN if len(archetypes.groups) > 1 else 0, np.int64)
    options: dict[int, np.ndarray] = {}
    if args.labels is not None:
        group, options = read_labels(args.labels, cache.people, archetypes.groups, schema)
    train = np.ones(len(identity), bool)
    train[photos.held_out_rows] = False
    people = People(identity, train, group[identity], {number: values[identity] for number, values in options.items()})
    features = photo_features(cache)
    reader, fit = fit_reader(seen, parameters, features, people, archetypes, schema)
    held = photos.held_out_rows
    if len(np.unique(identity[held])) >= 2:
        found = reader(features.rows(torch.from_numpy(held))).parameters.numpy()
        groups = [parameter.group for parameter in schema.parameters]
        reader.confidence.copy_(torch.from_numpy(calibrated_confidence(found, identity[held], groups)))
    write_atomically(args.out / FACES, _read_faces(reader, features, people, schema))
    save_result(args.out, "reader", reader.state_dict(), {"fit": asdict(fit), "groups": archetypes.groups}, schema)
    print(
        f"The reader explains {fit.explained:.3f} of the parameters of renders it was not fitted on"
        + (f", puts {fit.group_accuracy:.1%} of held-out people's photos into their group" if args.labels else "")
        + "".join(f", {name} {share:.1%}" for name, share in fit.choice_accuracy.items())
        + f"; mean confidence {float(reader.confidence.mean()):.2f}.\n"
        f"Around what it reads in the training photos, {args.out / FACES}, captures can sample: --sampling faces."
    )
    return 0


def _read_faces(reader: Reader, photos: FaceFeatures, people: People, schema: CharacterSchema) -> bytes:
    """The training photos' parameters and archetypes, for captures around them."""
    import numpy as np
    import torch

    from data_capture.faces import faces_file

    reading = reader(photos.rows(torch.from_numpy(np.flatnonzero(people.train))))
    reach = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum)
    centres = (reading.groups @ reader.archetype).numpy()
    return faces_file(schema, schema.defaults + reading.parameters.numpy() * reach, schema.defaults + centres * reach)


def _archetypes(args: argparse.Namespace, schema: CharacterSchema) -> Archetypes:
    """Those asked for; without labels nobody knows who belongs to which group, so there is one group."""
    from core.archetypes import load_archetypes, neutral_archetype, shipped_archetypes
    from engine_bridge.errors import InputError

    if args.archetypes is None:
        shipped = shipped_archetypes(schema.character) if args.labels is not None else None
        return load_archetypes(shipped, schema) if shipped else neutral_archetype(schema)
    found = load_archetypes(args.archetypes, schema)
    if len(found.groups) > 1 and args.labels is None:
        raise InputError(f"{args.archetypes} names {len(found.groups)} groups; say who belongs to which by --labels.")
    return found
