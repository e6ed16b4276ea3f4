"""`facebridge evaluate means`: the mean photo and the mean render of people who are not the ones to be measured."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.evaluate.inputs import add_input_arguments, open_inputs, positive

HELP = "Writes the mean embedding and shape of photos and of renders, for evaluate likeness --means."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, bundle and the file."""
    add_input_arguments(parser, "one subfolder a person; people who will not be measured", report=False)
    parser.add_argument("--out", type=Path, required=True, metavar="NPZ", help="write the means here")
    parser.add_argument("--per-person", type=positive, metavar="N", help="only the first N photos of each person")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep what was found here; the same command goes on"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and write; raises InputError, DatasetError, BundleError, SchemaMismatch or EngineError."""
    sface, bundle = open_inputs(args)

    from core.evaluate.described import Describer, fingerprint, photos_of_people
    from core.evaluate.means import domain_means
    from core.evaluate.progress import with_bar
    from core.reconstruct import Reconstructor, bundle_name
    from engine_bridge.session import EngineSession

    names = photos_of_people(args.photos, args.per_person)
    with EngineSession.start(args.engine) as session:
        describer = Describer(Reconstructor(bundle), sface, session)
        key = fingerprint(args.bundle)
        found = with_bar("photos", lambda tell: describer.folder(args.photos, names, args.cache, key, tell))
    means = domain_means(found.photos, found.renders, found.identity, bundle_name(bundle))
    means.save(args.out)
    print(f"{args.out}: means of {means.people} people and {means.photos} photos, for the bundle '{means.bundle}'")
    if len(names) > means.photos:
        print(f"{len(names) - means.photos} photos were left out: no face in them, or in their render")
    return 0
