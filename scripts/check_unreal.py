"""Checks the Unreal layer without an Unreal Engine: syntax, evidence, reflected names, and rules of its own.

`python scripts/check_unreal.py` runs everything; `--only syntax` one part. Exit status 1 when something was found.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.unreal_check import syntax  # noqa: E402  # After the path: the script also runs in a fresh clone.
from scripts.unreal_check.source import PLUGIN, Finding, Layer  # noqa: E402

PARTS = ("syntax",)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part only; may be given again")
    parser.add_argument("--plugin", type=Path, default=PLUGIN, help="the plugin's folder (default: unreal_plugin)")
    parser.add_argument("--build", type=Path, default=ROOT / "build/unreal", help="where generated headers are kept")
    parser.add_argument("--jobs", type=int, default=2, help="compilers at once (default: 2)")
    parser.add_argument("files", nargs="*", type=Path, help="for syntax: only these files of the layer")
    options = parser.parse_args(argv)
    layer = Layer(options.plugin.resolve())
    findings: list[Finding] = []
    for part in options.only or PARTS:
        started = time.monotonic()
        if part == "syntax":
            found = syntax.check(layer, options.build.resolve(), options.jobs, options.files or None)
        findings += found
        print(f"{part}: {len(found)} found in {len(layer.files)} files, {time.monotonic() - started:.1f} s")
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
