"""`facebridge evaluate likeness`: imports a folder of photos, draws the characters, and measures how like they are."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.evaluate.people import PeopleFigures

HELP = "Measures how like their people the characters are, by networks that training never sees."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, bundle, engine and where results go."""
    parser.add_argument("--photos", type=Path, required=True, metavar="DIR", help="one subfolder a person")
    parser.add_argument("--bundle", type=Path, default=None, metavar="DIR", help="bundle (default: the shipped one)")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument("--sface", type=Path, default=None, metavar="ONNX", help="SFace weights (default: the extra's)")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep the aligned photos here, to measure again sooner"
    )
    parser.add_argument("--report", type=Path, default=None, metavar="JSON", help="also write the figures here")


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    from core import threads
    from core.bundle import Bundle
    from core.evaluate.characters import check_folder, check_same_character, import_people
    from core.evaluate.likeness import describe_faces
    from core.evaluate.people import measure_people
    from core.evaluate.progress import with_bar
    from core.evaluate.sface import SFace
    from core.files import write_atomically

    # What can fail at once fails before the photos are aligned.
    check_folder(args.photos)
    threads.configure(max(1, threads.cores() - 1))  # the engine's process takes the other one
    sface, bundle = SFace.load(args.sface), Bundle.load(args.bundle)
    check_same_character(bundle, args.engine)
    with tempfile.TemporaryDirectory(prefix="facebridge-", ignore_cleanup_errors=True) as temporary:
        people = import_people(args.photos, args.cache or Path(temporary) / "photos", bundle, args.engine)
        seen = with_bar("photos", lambda tell: describe_faces(people.aligned, sface, people.points, progress=tell))
        drawn = with_bar("renders", lambda tell: describe_faces(people.renders, sface, progress=tell))
        found = measure_people(seen, drawn, people.parameters, people.identity, people.imitator_psnr_db)
    print(_table(found, people.skipped))
    if args.report is not None:
        figures = {"bundle": bundle.card, "photos_left_out": people.skipped, **found.as_dict()}
        write_atomically(args.report, (json.dumps(figures, indent=2) + "\n").encode())
    return 0


def _table(found: PeopleFigures, skipped: int) -> str:
    likeness, verified = found.likeness, found.verification
    rows = [
        ("closer to its own person", f"{likeness.closer_share:.1%}"),
        ("  95 % interval", f"{likeness.closer_share_low:.1%} to {likeness.closer_share_high:.1%}"),
        ("  the photo itself (upper bound)", f"{likeness.photo_closer_share:.1%}"),
        ("its person the nearest (rank 1)", f"{found.retrieval.rank_1:.1%}"),
        ("  among the five nearest (rank 5)", f"{found.retrieval.rank_5:.1%}"),
        ("  chance", f"{1 / found.retrieval.people:.1%} and {min(1.0, 5 / found.retrieval.people):.1%}"),
        ("verification by parameters", f"{verified.parameters:.3f}" if verified else "needs 20 people"),
        ("  by SFace of renders, of photos", f"{verified.renders:.3f}, {verified.photos:.3f}" if verified else "-"),
        ("cosine between people, renders", f"{likeness.render_cosine:.3f}"),
        ("cosine between people, photos", f"{likeness.photo_cosine:.3f}"),
        ("cheek lightness, rank correlation", f"{likeness.lightness_correlation:.3f}"),
        ("cheek colour, median CIEDE2000", f"{found.skin_difference:.1f}"),
        ("imitator against engine, PSNR", f"{found.imitator_psnr_db:.1f} dB"),
        ("photos measured / people / pairs", f"{likeness.anchors} / {likeness.people} / {likeness.pairs}"),
        ("renders without a face", f"{likeness.renders_without_face}"),
        ("photos left out", f"{skipped}"),
    ]
    return "\n".join(f"{name:<36}{value}" for name, value in rows)
