"""`facebridge evaluate verification`: are two photos of one person told from photos of two, by their characters?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.evaluate.inputs import add_input_arguments, begin, open_bundle, open_inputs, table, write_report

if TYPE_CHECKING:
    from core.evaluate.verified import VerificationTable

HELP = "Verifies pairs of photos by the characters made of them, by the paper's protocol, beside other systems."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos and their layout, descriptor files, and where results go."""
    add_input_arguments(parser, "photos in the layout that --layout says")
    parser.add_argument(
        "--layout",
        choices=("people", "lfw", "cfp", "agedb"),
        default="people",
        help="people: one subfolder a person, pairs are drawn (default); or a published test as it is distributed",
    )
    parser.add_argument(
        "--descriptors",
        type=Path,
        action="append",
        default=[],
        metavar="NPZ",
        help="names and descriptors of the same photos by another system: a row of the table (repeatable)",
    )
    parser.add_argument("--save-descriptors", type=Path, metavar="NPZ", help="write our parameters in that form")
    parser.add_argument(
        "--parameters-only", action="store_true", help="judge our parameters alone: no engine and no SFace"
    )
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep what was found here; the same command goes on"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, DatasetError, BundleError, SchemaMismatch or EngineError."""
    begin(args)

    from core.evaluate.descriptors import read_descriptors, save_descriptors
    from core.evaluate.layouts import read_layout

    # What can fail at once fails before anything is imported.
    others = [read_descriptors(path) for path in args.descriptors]
    layout = read_layout(args.layout, args.photos)
    sface, bundle = (None, open_bundle(args)) if args.parameters_only else open_inputs(args)

    from contextlib import nullcontext

    from core.evaluate.described import Describer, fingerprint
    from core.evaluate.progress import with_bar
    from core.evaluate.verified import verification_table
    from core.reconstruct import Reconstructor
    from engine_bridge.session import EngineSession

    with nullcontext() if sface is None else EngineSession.start(args.engine) as session:
        describer = Describer(Reconstructor(bundle), sface, session)
        key = fingerprint(args.bundle)
        described = with_bar("photos", lambda tell: describer.folder(args.photos, layout.names, args.cache, key, tell))
    if args.save_descriptors is not None:
        save_descriptors(args.save_descriptors, described.names, described.parameters)
    found = verification_table(layout, described, others, embedded=sface is not None)
    print(_table(found))
    for name, why in list(described.skipped.items())[:5]:
        print(f"left out: {name}: {why}")
    if len(described.skipped) > 5:
        print(f"left out: {len(described.skipped) - 5} more; --report lists all of them")
    write_report(
        args.report, {"bundle": bundle.card, "layout": args.layout, **found.as_dict(), "skipped": described.skipped}
    )
    return 0


def _table(found: VerificationTable) -> str:
    from core.evaluate import paper

    tests = list(found.pairs)
    lines = [_line("accuracy, mean of ten folds", tests)]
    for system, results in found.accuracy.items():
        lines.append(_line(system, [f"{results[test].accuracy:.4f}" for test in tests]))
    lines.append(_line("  pairs judged", [str(found.pairs[test]) for test in tests]))
    lines.append(_line("  pairs left out", [str(found.left_out[test]) for test in tests]))
    lines += ["", table([("photos used / left out", f"{found.photos} / {found.skipped}")], 42), ""]
    lines.append(
        _line("the paper's tables, other photos" if tests == ["people"] else "the paper's tables", paper.COLUMNS)
    )
    for method, values in paper.VERIFICATION.items():
        lines.append(_line(method, ["-" if value is None else f"{value:.4f}" for value in values]))
    return "\n".join(lines)


def _line(name: str, values: Any) -> str:
    return f"{name:<42}" + "".join(f"{value:>9}" for value in values)
