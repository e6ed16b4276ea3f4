"""What the Unreal plugin's core costs: decoding a frame, frames to disk, stopping, and a thousand reconnects.

    sh scripts/test_core.sh
    python benchmarks/plugin_core.py [--count 2000] [--runs 5] [--stops 40] [--programs build/core-release]

Builds the core's programs optimised, in a folder of their own. Frames to disk are `facebridge capture` with one worker
of others' starting: `facebridge-null-engine` and then the Python pattern engine, with one schema, one size and one
validation, in turn; from the moment that the coordinator waits to its end, start of the worker included. The server
that `stop` is measured against is a process that is really stopped (SIGSTOP) after its welcome.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEADLINE_S = 600.0
FROZEN = """
import time
from engine_bridge.protocol import Hello, Reject, Welcome
from engine_bridge.router import Router

def greet(hello: Hello) -> Welcome | Reject:
    return Welcome(role="service")

router = Router("tcp://127.0.0.1:*", greet, roles=frozenset({"client"}))
print(router.endpoint, flush=True)
while True:
    router.poll(0.05)
"""


def main() -> int:
    """Measure each figure and print it beside its aim."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=2_000, help="samples of each capture (default: 2000)")
    parser.add_argument("--size", type=int, default=256, metavar="PX")
    parser.add_argument("--runs", type=int, default=5, help="captures with each worker (default: 5)")
    parser.add_argument("--stops", type=int, default=40, help="stops of a frozen server's client (default: 40)")
    parser.add_argument("--reconnects", type=int, default=1_000)
    parser.add_argument("--programs", type=Path, default=ROOT / "build" / "core-release")
    args = parser.parse_args()
    programs: Path = args.programs
    build(programs)
    measure = programs / "facebridge-measure"
    for line in output_of([str(measure), "decode"]).splitlines():
        found = json.loads(line)
        median, slow = found["median_us"], found["p99_us"]
        print(f"decode and dispatch, {found['message']}: median {median:.1f} us, p99 {slow:.1f} us (aim: below 50 us)")
    times = stops(measure, args.stops)
    print(f"stop with the server frozen: median {statistics.median(times):.0f} ms,", end=" ")
    print(f"max {max(times):.0f} ms of {len(times)} (aim: below 200 ms)", flush=True)
    found = json.loads(output_of([str(measure), "reconnect", str(args.reconnects)]))
    early, late = found["after_a_tenth_kib"], found["at_the_end_kib"]
    print(
        f"{found['reconnects']} reconnects, {found['ms_each']:.1f} ms each: resident memory {early} KiB after a tenth,",
        end=" ",
    )
    print(f"{late} KiB at the end (aim: flat)", flush=True)
    rates = capture_rates(programs, args.count, args.size, args.runs)
    for name, found in rates.items():
        shown = ", ".join(f"{rate:.1f}" for rate in found)
        print(f"frames of {args.size} px to disk, {name}: median {statistics.median(found):.1f}/s ({shown})")
    ratio = statistics.median(rates["null engine"]) / statistics.median(rates["Python worker"])
    print(f"null engine / Python worker: {ratio:.2f} (aim: at least 1)")
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    return 0


def build(programs: Path) -> None:
    """The core's programs with the compiler's optimisation, as a user of CMake gets them by default."""
    subprocess.run(
        ["cmake", "-S", str(ROOT / "unreal_plugin"), "-B", str(programs), "-G", "Ninja"], check=True, stdout=sys.stderr
    )
    command = ["cmake", "--build", str(programs), "--target", "facebridge-measure", "facebridge-null-engine"]
    subprocess.run(command, check=True, stdout=sys.stderr)


def output_of(command: list[str]) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=DEADLINE_S).stdout


def stops(measure: Path, count: int) -> list[float]:
    """Milliseconds of each stop() while the other side's process is stopped."""
    server = subprocess.Popen([sys.executable, "-c", FROZEN], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    client: subprocess.Popen[str] | None = None
    times: list[float] = []
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        client = subprocess.Popen(
            [str(measure), "stop", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert client.stdin is not None and client.stdout is not None
        for _ in range(count):
            assert client.stdout.readline() == "joined\n", "the client did not join"
            server.send_signal(signal.SIGSTOP)
            client.stdin.write("\n")
            client.stdin.flush()
            times.append(float(client.stdout.readline()))
            server.send_signal(signal.SIGCONT)
    finally:
        for process in (client, server):
            if process is not None:
                process.kill()
                process.communicate()
    return times


def capture_rates(programs: Path, count: int, size: int, runs: int) -> dict[str, list[float]]:
    """Samples a second with each kind of worker, taken in turn so that a busy machine is busy for both."""
    from engine_bridge.engines import engine_schema

    rates: dict[str, list[float]] = {"null engine": [], "Python worker": []}
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.json"
        schema.write_bytes(engine_schema("pattern").to_json())

        def null_engine(address: str) -> list[str]:
            null = str(programs / "facebridge-null-engine")
            return [null, "--connect", address, "--schema", str(schema), "--name", "pattern"]

        def python_worker(address: str) -> list[str]:
            return [sys.executable, "-m", "engine_bridge.host", "--engine", "pattern", "--connect", address]

        workers: dict[str, Callable[[str], list[str]]] = {"null engine": null_engine, "Python worker": python_worker}
        for run in range(runs):
            for name, command in workers.items():
                out = Path(folder) / f"{run}-{name.split()[0]}"
                rates[name].append(count / capture(out, count, size, command))
    return rates


def capture(out: Path, count: int, size: int, worker: Callable[[str], list[str]]) -> float:
    """Seconds of one capture with one worker, from the moment that the coordinator waits for it."""
    command = [sys.executable, "-m", "core.cli", "capture", "--engine", "pattern", "--count", str(count), "--seed", "1"]
    command += ["--workers", "0", "--bind", "tcp://127.0.0.1:0", "--size", str(size), "--out", str(out), "--quiet"]
    coordinator = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    drawing: subprocess.Popen[bytes] | None = None
    try:
        assert coordinator.stderr is not None
        line = coordinator.stderr.readline()
        while "waiting for workers at" not in line:
            assert line, "the capture ended"
            line = coordinator.stderr.readline()
        began = time.monotonic()
        address = "tcp://" + line.rpartition("tcp://")[2].strip()
        drawing = subprocess.Popen(worker(address), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, words = coordinator.communicate(timeout=DEADLINE_S)
        spent = time.monotonic() - began
        assert coordinator.returncode == 0, words
        return spent
    finally:
        for process in (drawing, coordinator):
            if process is not None:
                process.kill()
                process.communicate()


if __name__ == "__main__":
    sys.exit(main())
