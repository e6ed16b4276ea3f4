"""What a picture costs inside one engine process: start, memory, images a second, and how that grows with its size.

    python benchmarks/engine_rate.py [--engine embedded] [--sizes 256 512 1024] [--seconds 6] [--starts 5]

No wire, no PNG, no disk: `benchmarks/capture_rate.py` has those. Faces are uniform random ones, in blocks of eight.
A start is a new interpreter up to its first picture. On a computer with a GPU the renderer named in the last line says
whether it drew; processor time counts every core, wall time is what a user waits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
BLOCK = 8


@dataclass(frozen=True)
class Rate:
    """One picture size in one process."""

    image_px: int
    images_per_s: float
    cpu_ms: float
    """Processor time of one image, all cores together."""
    peak_mib: float
    """Largest resident memory of the process so far."""
    renderer: str


def main() -> int:
    """Measure each size in a process of its own, then starts; print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", default="embedded")
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512, 1024], metavar="PX")
    parser.add_argument("--seconds", type=float, default=6.0, help="time for each size (default: 6)")
    parser.add_argument("--starts", type=int, default=5, help="starts to take the median of (default: 5)")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is not None:
        print(json.dumps(asdict(rate(args.engine, args.child, args.seconds))))
        return 0
    starts = [_child(args.engine, 256, 0.0)[1] for _ in range(args.starts)]
    print(f"start to first picture: median {statistics.median(starts):.2f} s of {len(starts)}")
    print("size px   images/s   cpu ms   ns/pixel   peak MiB")
    renderer = ""
    for size in args.sizes:
        found, _ = _child(args.engine, size, args.seconds)
        renderer = found.renderer
        print(
            f"{size:7d} {found.images_per_s:10.1f} {found.cpu_ms:8.1f} {found.cpu_ms * 1e6 / size**2:10.0f}"
            f" {found.peak_mib:10.0f}",
            flush=True,
        )
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}; {renderer}")
    return 0


def rate(engine_name: str, image_px: int, seconds: float) -> Rate:
    """Draw blocks of uniform random faces for so long, at least one picture."""
    from data_capture.sampling import sample_block
    from engine_bridge.engines import open_engine

    engine = open_engine(engine_name)
    schema = engine.schema
    choices = np.tile(schema.default_choices, (BLOCK, 1))
    engine.render(schema.defaults[None], choices[:1], image_px)
    count, began, spent = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        parameters = sample_block(schema, 0, range(count, count + BLOCK), "uniform")
        engine.render(parameters, choices, image_px)
        count += BLOCK
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    shown = str(getattr(engine, "renderer", engine_name))
    return Rate(image_px, count / wall, cpu * 1e3 / max(count, 1), _peak_mib(), shown)


def _child(engine_name: str, image_px: int, seconds: float) -> tuple[Rate, float]:
    """What a new process measured, and how long it ran."""
    command = [
        sys.executable, __file__, "--engine", engine_name, "--child", str(image_px), "--seconds", str(seconds),
    ]  # fmt: skip
    began = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return Rate(**json.loads(done.stdout)), time.perf_counter() - began


def _peak_mib() -> float:
    """Peak resident memory; nan where the system does not say."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    sys.exit(main())
