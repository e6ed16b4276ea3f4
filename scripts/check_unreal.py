"""Checks the Unreal layer without an Unreal Engine: syntax, evidence, reflected names, and rules of its own.

`python scripts/check_unreal.py` runs everything; `--only syntax` one part. Exit status 1 when something was found.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.unreal_check import evidence, lints, reflected, stub_index, syntax, wire  # noqa: E402  # After the path above.
from scripts.unreal_check.source import PLUGIN, Finding, Layer  # noqa: E402

PARTS = ("syntax", "evidence", "reflected", "lint", "messages")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part only; may be given again")
    parser.add_argument("--plugin", type=Path, default=PLUGIN, help="the plugin's folder (default: unreal_plugin)")
    parser.add_argument("--build", type=Path, default=ROOT / "build/unreal", help="where generated headers are kept")
    parser.add_argument("--unreal-stub", type=Path, help="unreal.py of unreal-stub 0.3 (default: the installed one)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="compilers at once (default: one a core)")
    parser.add_argument("files", nargs="*", type=Path, help="for syntax: only these files of the layer")
    options = parser.parse_args(argv)
    layer = Layer(options.plugin.resolve())
    parts = options.only or PARTS
    index: stub_index.Index | None = None
    if set(parts) - {"syntax", "messages"}:
        try:
            index = stub_index.load(options.unreal_stub or stub_index.locate(), options.build)
        except stub_index.StubMissing as problem:
            print(problem, file=sys.stderr)
            return 2
    findings: list[Finding] = []
    for part in parts:
        started = time.monotonic()
        found, told = run(part, layer, index, options)
        findings += found
        print(f"{part}: {len(found)} found{told}, {time.monotonic() - started:.1f} s")
    for finding in findings:
        print(finding)
    return 1 if findings else 0


def run(
    part: str, layer: Layer, index: stub_index.Index | None, options: argparse.Namespace
) -> tuple[list[Finding], str]:
    """One part: what it found, and what it has to say of itself."""
    if part == "syntax":
        found = syntax.check(layer, options.build.resolve(), options.jobs, options.files or None)
        return found, f" in {len(layer.files)} files"
    if part == "messages":
        return wire.check(layer), ""
    assert index is not None
    if part == "evidence":
        return evidence.check(layer, index), f" in {len(layer.stub_files)} headers, {len(evidence.rows(layer))} rows"
    if part == "reflected":
        report = reflected.check(layer, index)
        names = "".join(f"\n  {name}" for name in report.unknown)
        told = f", {report.compared} compared; used and not known to the stub: {len(report.unknown)}{names}\nreflected"
        return report.findings, told
    return lints.check(layer, index), f" in {len(layer.files)} files"


if __name__ == "__main__":
    sys.exit(main())
