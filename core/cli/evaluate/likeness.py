"""`facebridge evaluate likeness`: imports a folder of photos, draws the characters, and measures how like they are."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.evaluate.inputs import add_input_arguments, open_inputs, table, write_report

if TYPE_CHECKING:
    from core.evaluate.people import PeopleFigures

HELP = "Measures how like their people the characters are, by networks that training never sees."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, bundle, engine, means and where results go."""
    add_input_arguments(parser)
    parser.add_argument(
        "--means",
        type=Path,
        default=None,
        metavar="NPZ",
        help="means of other people, from evaluate means (default: those of these very people)",
    )
    parser.add_argument(
        "--method", choices=("reader", "encoder"), default="reader", help="by the reader (default), or by E, D and R"
    )
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep the aligned photos here, to measure again sooner"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    sface, bundle = open_inputs(args)

    from core.evaluate.characters import import_people
    from core.evaluate.likeness import describe_faces
    from core.evaluate.means import DomainMeans
    from core.evaluate.people import measure_people
    from core.evaluate.progress import with_bar
    from core.reconstruct import bundle_name

    means = None if args.means is None else DomainMeans.load(args.means, bundle_name(bundle))
    with tempfile.TemporaryDirectory(prefix="facebridge-", ignore_cleanup_errors=True) as temporary:
        people = import_people(args.photos, args.cache or Path(temporary) / "photos", bundle, args.engine, args.method)
        seen = with_bar("photos", lambda tell: describe_faces(people.aligned, sface, people.points, progress=tell))
        drawn = with_bar("renders", lambda tell: describe_faces(people.renders, sface, progress=tell))
        found = measure_people(seen, drawn, people.parameters, people.identity, people.imitator_psnr_db, means)
    print(_table(found, people.skipped))
    write_report(args.report, {"bundle": bundle.card, "photos_left_out": people.skipped, **found.as_dict()})
    return 0


def _table(found: PeopleFigures, skipped: int) -> str:
    likeness, verified, shape, agreed = found.likeness, found.verification, found.geometry, found.consistency
    rows = [
        ("closer to its own person", f"{likeness.closer_share:.1%}"),
        ("  95 % interval", f"{likeness.closer_share_low:.1%} to {likeness.closer_share_high:.1%}"),
        ("  the photo itself (upper bound)", f"{likeness.photo_closer_share:.1%}"),
        ("its person the nearest (rank 1)", f"{found.retrieval.rank_1:.1%}"),
        ("  among the five nearest (rank 5)", f"{found.retrieval.rank_5:.1%}"),
        ("  chance", f"{1 / found.retrieval.people:.1%} and {min(1.0, 5 / found.retrieval.people):.1%}"),
        ("  centred on the means of", found.means),
        ("verification by parameters", f"{verified.parameters:.3f}" if verified else "needs 20 people"),
        ("  by SFace of renders, of photos", f"{verified.renders:.3f}, {verified.photos:.3f}" if verified else "-"),
        ("cosine between people, renders", f"{likeness.render_cosine:.3f}"),
        ("  photos", f"{likeness.photo_cosine:.3f}"),
        ("  renders of one person's photos", f"{likeness.own_render_cosine:.3f}"),
    ]
    if agreed is not None:
        rows += [
            ("parameters' spread within, across people", f"{agreed.within:.3f}, {agreed.across:.3f}"),
            ("  share that belongs to the person", f"{agreed.person_share:.1%}"),
        ]
    if shape is not None:
        rows += [
            ("landmark geometry error", f"{shape.error_cm:.3f} cm"),
            (
                "  without expression, expression's part",
                f"{shape.without_expression_cm:.3f}, {shape.expression_cm:.3f}",
            ),
            ("  others' characters, one mean face", f"{shape.stranger_cm:.3f}, {shape.mean_face_cm:.3f}"),
            ("outline overlap (IoU), median", f"{shape.outline_overlap:.3f}"),
        ]
    rows += [
        ("cheek lightness, rank correlation", f"{likeness.lightness_correlation:.3f}"),
        ("cheek colour, median CIEDE2000", f"{found.skin_difference:.1f}"),
        ("imitator against engine, PSNR", f"{found.imitator_psnr_db:.1f} dB"),
        ("photos measured / people / pairs", f"{likeness.anchors} / {likeness.people} / {likeness.pairs}"),
        ("renders without a face", f"{likeness.renders_without_face}"),
        ("photos left out", f"{skipped}"),
    ]
    return table(rows, 42)
