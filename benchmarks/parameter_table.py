"""What every parameter of an engine's character does to its picture; fails when one does nothing of its own.

    python benchmarks/parameter_table.py [--engine embedded] [--faces 20] [--seed 0] [--json OUT]

Prints a line for each parameter (data_capture.parameter_table says how it is measured and judged) and ends with code 1
when one is invisible, has a dead half or nearly repeats another, or when too few of them are independent. Of the
embedded engine `--faces 20` draws about 12,000 pictures, `--faces 3` a quarter of that.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from core.files import write_atomically
from data_capture.parameter_table import IMAGE_PX, Table, build_table, steps
from engine_bridge.engines import ENGINES, open_engine
from engine_bridge.errors import FaceBridgeError


def main() -> int:
    """Measure, print the table, then what fails; returns 1 when anything does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", default="embedded", choices=ENGINES)
    parser.add_argument("--faces", type=int, default=20, help="random faces beside the neutral one (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="which random faces (default: 0)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the table as JSON")
    args = parser.parse_args()
    if args.faces < 0:
        parser.error(f"--faces is {args.faces}, expected 0 or more")
    try:
        table, about = measure(args.engine, args.faces, args.seed)
    except FaceBridgeError as error:
        print(f"parameter_table: {error}", file=sys.stderr)
        return 1
    print(table.text())
    if args.json:
        text = json.dumps({**about, "seed": args.seed, **table.document()}, indent=1) + "\n"
        write_atomically(args.json, text.encode())
    failures = table.failures()
    for criterion, lines in failures.items():
        print(f"\nFAILED {criterion} ({len(lines)}):")
        print("\n".join(f"  {line}" for line in lines))
    print(f"\n{len(table.rows)} parameters of {args.engine}: " + ("FAILED" if failures else "every criterion holds"))
    return 1 if failures else 0


def measure(name: str, faces: int, seed: int) -> tuple[Table, dict[str, str]]:
    """The table of an engine opened in this process with its default choices, and which engine that was."""
    engine = open_engine(name)
    try:

        def draw(parameters: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
            choices = np.repeat(engine.schema.default_choices[None], len(parameters), 0)
            return engine.render(parameters, choices, IMAGE_PX)

        with tqdm(total=steps(engine.schema, faces), unit="row", smoothing=0.01) as bar:
            table = build_table(draw, engine.schema, faces, seed, bar.update)
        about = {"engine": name, "engine_version": engine.version, "renderer": engine.renderer}
        return table, {**about, "schema": engine.schema.hash}
    finally:
        engine.close()


if __name__ == "__main__":
    sys.exit(main())
