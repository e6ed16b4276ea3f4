"""`facebridge train bundle`: packs what the other stages left in the run folder."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Packs imitator, constants and reconstructor of a run folder as one bundle with its card."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the run folder, the bundle's folder and what its card says."""
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="run folder of the other stages")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="bundle folder to write")
    parser.add_argument("--name", default=None, help="name on the card (default: the character's)")
    parser.add_argument("--bundle-version", default="1", help="version on the card (default: 1)")
    parser.add_argument("--photos-name", default=None, help="what the photos were, for the card")
    parser.add_argument("--licence", default=None, help="licence of the weights, for the card")


def run(args: argparse.Namespace) -> int:
    """Pack and save; raises InputError or BundleError."""
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
