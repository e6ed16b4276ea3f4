"""How many images a second a capture writes: engine processes, wire, checks, PNG and shards on disk, all included.

    python benchmarks/capture_rate.py [--count 2000] [--workers N] [--engine embedded] [--runs 3]

Each run is `facebridge capture` in a new temporary folder, as a user would start it. The rate is the samples over the
whole command's time, its start-up included; the median of the runs is the figure.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Run the captures and print one line each, then the median."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--engine", default="embedded")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    rates: list[float] = []
    for run in range(args.runs):
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable, "-m", "core.cli", "capture", "--engine", args.engine, "--count", str(args.count),
                "--seed", str(run + 1), "--workers", str(args.workers), "--out", str(Path(folder) / "d"),
            ]  # fmt: skip
            started = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            rates.append(args.count / (time.monotonic() - started))
        print(f"run {run + 1}: {args.count} samples, {rates[-1]:.1f} images/s", flush=True)
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{args.engine}, {args.workers} workers: median {statistics.median(rates):.1f} images/s of {args.runs} runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
