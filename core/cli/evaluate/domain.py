"""`facebridge evaluate domain`: how far photos and renders were apart while a reconstructor was trained."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.cli.evaluate.inputs import write_report

HELP = (
    "Measures the gap between photos and renders over a training run, from the snapshots in its folder: MMD over time,"
    " t-SNE at the steps of the paper's Figure 4, and what the imitator draws of photos (Figure 7)."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the runs and where the page goes."""
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="run folder of train reconstructor")
    parser.add_argument(
        "--without", type=Path, default=None, metavar="DIR", help="a run without the domain loss, to stand beside it"
    )
    parser.add_argument("--out", type=Path, default=None, metavar="HTML", help="page to write (RUN/domain.html)")
    parser.add_argument("--include-photos", action="store_true", help="show the held-out photos on the page")
    parser.add_argument("--report", type=Path, default=None, metavar="JSON", help="also write the figures here")


def run(args: argparse.Namespace) -> int:
    """Measure, write the page and print; raises InputError or SchemaMismatch."""
    from core import threads

    threads.configure()

    from core.evaluate.domain import RunGap, check_same_photos, measure_run
    from core.evaluate.domain_page import domain_page, domain_rows
    from core.evaluate.progress import with_bar
    from core.files import write_atomically

    runs: dict[str, RunGap] = {"this run": with_bar("run", lambda tell: measure_run(args.run, tell), "plane")}
    if args.without is not None:
        runs["without the domain loss"] = with_bar("without", lambda tell: measure_run(args.without, tell), "plane")
        check_same_photos(*runs.values())
    rows = domain_rows(runs)
    print(_table(rows))
    out = args.out or args.run / "domain.html"
    write_atomically(out, domain_page(runs, args.include_photos).encode())
    write_report(args.report, {"snapshots": rows})
    print(f"The page lies in {out}.")
    return 0


def _table(rows: list[dict[str, Any]]) -> str:
    lines = [f"{'run':<26}{'space':<7}{'step':>8}{'MMD':>10}{'mixed':>10}{'alike':>8}{'mixed':>8}"]
    lines += [
        f"{row['run']:<26}{row['space']:<7}{row['step']:>8}{row['mmd']:>10.4f}{row['mixed_mmd']:>10.4f}"
        f"{row['neighbours']:>8.3f}{row['mixed_neighbours']:>8.3f}"
        for row in rows
    ]
    return "\n".join(lines)
