"""`facebridge evaluate parameters`: which parameters can be seen in a picture, and which can be trusted on photos."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.evaluate.inputs import add_input_arguments, begin, open_bundle, positive, table

if TYPE_CHECKING:
    from core.evaluate.parameters import ParameterFigures

HELP = "Measures of each parameter whether it can be seen in renders, and whether photos of one person agree on it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare captures, photos, bundle and where results go."""
    add_input_arguments(parser, report=False, sface=False)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="captures of the bundle's character")
    parser.add_argument(
        "--renders", type=positive, default=300, metavar="N", help="captures imported, the last ones (default: 300)"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the figures here: .csv or .json")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep what was found here; the same command goes on"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, DatasetError, BundleError or SchemaMismatch."""
    begin(args)

    from core.evaluate.described import Describer, fingerprint, photos_of_people
    from core.evaluate.parameters import import_captures, measure_parameters
    from core.evaluate.progress import with_bar
    from core.files import write_atomically
    from core.reconstruct import Reconstructor
    from engine_bridge.errors import InputError

    if args.report is not None and args.report.suffix.lower() not in (".csv", ".json"):
        raise InputError(f"The report {args.report} is named neither .csv nor .json; choose one of the two.")
    bundle = open_bundle(args)
    describer = Describer(Reconstructor(bundle), None, None)
    names = photos_of_people(args.photos)
    found, drawn, lost = with_bar("renders", lambda tell: import_captures(describer, args.data, args.renders, tell))
    key = fingerprint(args.bundle)
    photos = with_bar("photos", lambda tell: describer.folder(args.photos, names, args.cache, key, tell))
    figures = measure_parameters(bundle.schema, drawn, found.parameters, photos.parameters, photos.identity)
    print(_table(figures))
    counts = {
        "renders": len(found.names),
        "renders_without_face": lost,
        "photos": len(photos.names),
        "photos_left_out": len(photos.skipped),
        "people": len(set(photos.identity.tolist())),
    }
    print(table([(name.replace("_", " "), str(count)) for name, count in counts.items()], 32))
    if args.report is not None:
        document = {"bundle": bundle.card, **counts, "groups": figures.groups(), "parameters": figures.rows()}
        as_json = (json.dumps(document, indent=1) + "\n").encode()
        write_atomically(args.report, figures.as_csv() if args.report.suffix.lower() == ".csv" else as_json)
    return 0


def _table(figures: ParameterFigures) -> str:
    lines = [f"{'mean by group':<22}{'number':>8}" + "".join(f"{name:>12}" for name in figures.COLUMNS)]
    for group, means in figures.groups().items():
        values = "".join(f"{means[name]:>12.3f}" for name in figures.COLUMNS)
        lines.append(f"{group:<22}{means['parameters']:>8.0f}{values}")
    order = figures.confidence.argsort()
    names = figures.schema.names
    for title, rows in (("most trusted", order[::-1][:8]), ("least trusted", order[:8])):
        lines.append(f"{title}: " + ", ".join(f"{names[row]} {figures.confidence[row]:.2f}" for row in rows))
    return "\n".join([*lines, ""])
