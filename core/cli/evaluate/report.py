"""`facebridge evaluate report`: one self-contained page of what a bundle can do, and its headline as the last line."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.evaluate.inputs import positive, write_report
from engine_bridge.errors import InputError

if TYPE_CHECKING:
    from core.bundle import Bundle
    from core.evaluate.means import DomainMeans
    from core.evaluate.report import PeopleReport
    from core.evaluate.sface import SFace

HELP = (
    "Writes OUT/report.html, one page without anything to fetch, and OUT/report.json: likeness through the engine,"
    " verification beside the paper, the imitator against its engine, pictures with the worst first, and the bundle's"
    " card. Photos appear on it only with --include-photos. Its headline is the last line printed."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare bundle, photos, what may be shown, and where the page goes."""
    parser.add_argument("--bundle", type=Path, default=None, metavar="DIR", help="bundle (default: the shipped one)")
    parser.add_argument(
        "--photos", type=Path, default=None, metavar="DIR", help="photos, one subfolder a person (else: imitator only)"
    )
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument("--sface", type=Path, default=None, metavar="ONNX", help="SFace weights (default: the extra's)")
    parser.add_argument(
        "--means", type=Path, default=None, metavar="NPZ", help="means of other people, from evaluate means"
    )
    parser.add_argument("--include-photos", action="store_true", help="show the photos and the names of their files")
    parser.add_argument(
        "--refine-steps",
        type=steps,
        default=20,
        help="of the characters shown, refined beside them (default: 20; 0: none)",
    )
    parser.add_argument("--samples", type=positive, default=64, help="renders of each random regime (default: 64)")
    parser.add_argument("--no-gradients", action="store_true", help="leave the imitator's derivatives out")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep renders and aligned photos here for the next run"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for report.html and report.json")


def steps(text: str) -> int:
    """A whole number from 0 on, for argparse."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is below 0")
    return number


def run(args: argparse.Namespace) -> int:
    """Measure, write and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    from core import threads

    threads.configure(max(1, threads.cores() - 1))  # the engine's process takes the other one

    from core.bundle import Bundle
    from core.evaluate.characters import check_folder, check_same_character
    from core.evaluate.imitation_session import NEAR_POINTS, judge_imitator, sface_if_any
    from core.evaluate.means import DomainMeans
    from core.evaluate.report import make_report
    from core.evaluate.report_cases import worst_imitated
    from core.evaluate.sface import SFace
    from core.files import write_atomically
    from core.reconstruct import bundle_name
    from core.refine import MOST_STEPS

    # What can fail at once fails before the photos are aligned.
    if args.refine_steps > MOST_STEPS:
        raise InputError(f"--refine-steps is {args.refine_steps}, expected 0 to {MOST_STEPS}.")
    if args.photos is not None:
        check_folder(args.photos)
    sface = sface_if_any(args.sface) if args.photos is None else SFace.load(args.sface)
    bundle = Bundle.load(args.bundle)
    check_same_character(bundle, args.engine)
    means = None if args.means is None else DomainMeans.load(args.means, bundle_name(bundle))
    with tempfile.TemporaryDirectory(prefix="facebridge-", ignore_cleanup_errors=True) as temporary:
        measured = None
        if args.photos is not None and sface is not None:
            cache = args.cache or Path(temporary) / "photos"
            measured = _measure_people(args, bundle, sface, means, cache)
        judged = judge_imitator(
            bundle.imitator,
            bundle.schema,
            args.engine,
            measured and measured.people,
            args.cache,
            sface,
            0 if args.no_gradients else NEAR_POINTS,
            args.samples,
        )
    shown = {"photos": judged.photos, **judged.references.regimes}
    missed = {
        name: worst_imitated(bundle.imitator, samples, 6) for name, samples in shown.items() if samples is not None
    }
    found = make_report(
        bundle_name(bundle), bundle.card, judged.figures, missed, measured, args.include_photos, _how(args, sface)
    )
    write_atomically(args.out / "report.html", found.html.encode())
    write_report(args.out / "report.json", found.figures)
    print(f"The report lies in {args.out / 'report.html'}.")
    print(found.headline)
    return 0


def _measure_people(
    args: argparse.Namespace, bundle: Bundle, sface: SFace, means: DomainMeans | None, cache: Path
) -> PeopleReport:
    import numpy as np

    from core.evaluate.characters import import_people
    from core.evaluate.likeness import describe_faces
    from core.evaluate.people import measure_people
    from core.evaluate.progress import with_bar
    from core.evaluate.report import PeopleReport
    from core.evaluate.report_cases import likeness_of_each, shown_characters
    from core.evaluate.report_refined import refine_cases

    people = import_people(args.photos, cache, bundle, args.engine)
    seen = with_bar("photos", lambda tell: describe_faces(people.aligned, sface, people.points, progress=tell))
    drawn = with_bar("characters", lambda tell: describe_faces(people.renders, sface, progress=tell))
    likeness = likeness_of_each(seen, drawn, people.identity, means)
    cases = tuple(shown_characters(likeness, people.identity))
    refined = {}
    if args.refine_steps:
        judge = (sface, seen, drawn, means)
        refined = with_bar(
            "refine",
            lambda tell: refine_cases(bundle, people, cases, args.refine_steps, args.engine, judge, tell),
            "character",
        )
    return PeopleReport(
        measure_people(seen, drawn, people.parameters, people.identity, people.imitator_psnr_db, means),
        people,
        likeness,
        likeness_of_each(seen, seen, people.identity, means),
        np.stack([seen.lightness, drawn.lightness], 1).astype(np.float64),
        cases,
        refined,
    )


def _how(args: argparse.Namespace, sface: SFace | None) -> dict[str, str]:
    """What the reader needs to measure the same again; no folder of this machine."""
    from core import __version__
    from core.evaluate.gradients import STEP

    words = ["facebridge evaluate report"]
    words += [f"--{name} {name.upper()}" for name in ("bundle", "photos", "means") if getattr(args, name) is not None]
    words += ["--include-photos"] if args.include_photos else []
    return {
        "command": " ".join([*words, "--out DIR"]),
        "facebridge": __version__,
        "engine": args.engine,
        "refined": f"{args.refine_steps} steps" if args.photos is not None and args.refine_steps else "no",
        "imitator": f"{args.samples} renders of each random regime, every parameter's two ends, with default choices",
        "derivatives": "left out" if args.no_gradients else f"steps of {STEP:g} half-ranges to either side",
        "SFace": "not installed, so the imitator is not judged by it" if sface is None else "judges likeness",
        "LPIPS": "left out: its network comes with torchvision, which FaceBridge does without",
    }
