"""How often the photo gate is right: precision and recall of every finding, against truths that it did not measure.

    python benchmarks/gate.py [--people 40] [--photos DIR --labels benchmarks/data/gate_labels.csv] [--fresh DIR]

Three tables: engine faces with set pose, light and expression, spoiled in known ways; labelled photos as they are;
and some of them spoiled in the same ways. `--photos` is the folder that the labels' paths are below (`train/...` and
`dev/...`). `--fresh` adds a fourth table: a folder of people's photos that nobody labelled, spoiled. Judges were fitted
and limits chosen on the part named `tune`; the part named `measure` is printed unless --part says else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core import threads

HEADING = ("finding", "precision", "recall", "faults", "found", "false alarms", "faultless")
PHOTOS = 40


@dataclass
class Count:
    """Of one code: pictures with the fault, those found, false alarms, pictures without it."""

    faults: int = 0
    found: int = 0
    false_alarms: int = 0
    faultless: int = 0

    @property
    def precision(self) -> float | None:
        """Share of warnings that are right; None where there was no warning."""
        said = self.found + self.false_alarms
        return self.found / said if said else None

    @property
    def recall(self) -> float | None:
        """Share of faults that are said; None where there was no fault."""
        return self.found / self.faults if self.faults else None


@dataclass
class Table:
    """Counts by code, and how many pictures were refused because no face could be found in them."""

    counts: dict[str, Count] = field(default_factory=dict)
    refused: int = 0
    pictures: int = 0

    def add(self, truth: dict[str, bool], said: set[str]) -> None:
        """Count one judged picture."""
        self.pictures += 1
        for code, fault in truth.items():
            count = self.counts.setdefault(code, Count())
            count.faults += fault
            count.faultless += not fault
            count.found += fault and code in said
            count.false_alarms += (not fault) and code in said

    def lines(self, codes: Iterable[str]) -> Iterator[str]:
        """The table as Markdown."""
        yield "| " + " | ".join(HEADING) + " |"
        yield "|---" + "|--:" * (len(HEADING) - 1) + "|"
        for code in codes:
            count = self.counts.get(code)
            if count is not None:
                shares = ("–" if value is None else f"{value:.2f}" for value in (count.precision, count.recall))
                numbers = (count.faults, count.found, count.false_alarms, count.faultless)
                yield "| " + " | ".join((code, *shares, *map(str, numbers))) + " |"


def main() -> int:
    """Measure and print the tables; exit code 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", default="embedded")
    parser.add_argument("--people", type=int, default=40, help="engine faces, 0 for none (default: %(default)s)")
    parser.add_argument("--photos", type=Path, help="the folder that the labels' paths are below")
    parser.add_argument("--labels", type=Path, default=Path(__file__).parent / "data" / "gate_labels.csv")
    parser.add_argument(
        "--spoil", type=int, default=PHOTOS, help="of them, how many are spoiled (default: %(default)s)"
    )
    parser.add_argument("--fresh", type=Path, help="a folder of people's photos that nobody labelled")
    parser.add_argument("--fresh-photos", type=int, default=PHOTOS)
    parser.add_argument("--part", default="measure", choices=("tune", "measure", "all"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--measures", type=Path, help="write each picture's truth and measures here, one JSON a line")
    args = parser.parse_args()
    threads.configure(max(1, threads.cores() - 1))
    from core.evaluate import gate_cases as cases

    parts = (cases.TUNE, cases.MEASURE) if args.part == "all" else (args.part,)
    sources = {}
    if args.people:
        sources["engine faces"] = cases.engine_cases(args.engine, args.people, args.seed, parts)
    if args.photos is not None:
        labels = [label for label in cases.read_labels(args.labels) if label.part in parts]
        sources["photos labelled by eye"] = cases.labelled_cases(args.photos, labels)
        sources["spoiled photos"] = cases.spoiled_cases(args.photos, labels, args.spoil, args.seed)
    if args.fresh is not None:
        sources["fresh photos, spoiled"] = cases.unlabelled_cases(args.fresh, args.fresh_photos, args.seed)
    log = None if args.measures is None else args.measures.open("w", encoding="utf-8")
    for title, found in sources.items():
        table = judged(found, title, log)
        from core.gate import CODES

        print(f"\n{title}: {table.pictures} pictures, {table.refused} more refused with a reason\n")
        print("\n".join(table.lines(CODES)), flush=True)
    if log is not None:
        log.close()
    return 0


def judged(found, title: str, log) -> Table:
    """The gate's word on every picture."""
    from core.align.face import align_photo, shared_net
    from core.bundle import Bundle
    from core.gate import inspect
    from engine_bridge.errors import InputError

    net, template, table = shared_net(), Bundle.load().template, Table()
    for case in found:
        try:
            face = align_photo(case.photo, template, net)
        except InputError:
            table.refused += 1
            continue
        report = inspect(case.photo, face, net)
        table.add(dict(case.truth), {finding.code for finding in report.findings})
        if log is not None:
            line = {"from": title, "name": case.name, "part": case.part, "truth": dict(case.truth)}
            print(json.dumps({**line, "measures": dict(report.measures)}), file=log, flush=True)
    return table


if __name__ == "__main__":
    sys.exit(main())
