"""How `facebridge serve` holds up: start, memory, latency and throughput by clients, two services at once, overload.

    python benchmarks/serve_load.py [--clients 1 8 64] [--seconds 20] [--parts start load two overload] [--device cuda]

Overload offers ten times the measured capacity for `--overload-seconds`: what is accepted must keep its deadline, the
rest be refused within 50 ms, memory stay flat, and one client see full speed again within 2 s after.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time

from import_latency import machine, percentile
from load import Clients, Outcome, Running, photos, service

PARTS = ("start", "load", "two", "overload")
_WARM_S = 3.0
_HEAD = f"{'photo':<8} {'clients':>8} {'p50 ms':>8} {'p95 ms':>8} {'photos/s':>9} {'memory MB':>10}"


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--clients", type=int, nargs="+", default=[1, 8, 64], help="numbers of clients (default: 1 8 64)"
    )
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement (default: 20)")
    parser.add_argument("--overload-seconds", type=float, default=60, help="of overload (default: 60)")
    parser.add_argument(
        "--deadline", type=float, default=1.5, help="of requests in overload, in seconds (default: 1.5)"
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure (default: all)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--processes", help="of the service (default: its own)")
    parser.add_argument("--bundle", help="bundle for the service")
    args = parser.parse_args()
    options = ["--device", args.device, *(["--bundle", args.bundle] if args.bundle else [])]
    options += ["--processes", args.processes] if args.processes else []
    print(machine())
    pictures = photos()
    print("photos: " + ", ".join(f"{name} {len(data) / 2**20:.1f} MiB" for name, data in pictures.items()))
    if "start" in args.parts:
        with service(*options) as running:
            print(f"\nstart to ready: {running.start_s:.1f} s, {running.memory_mb():.0f} MB")
    if "load" in args.parts:
        with service(*options) as running:
            print(f"\none service\n{_HEAD}")
            for name, photo in pictures.items():
                for clients in args.clients:
                    print(f"{name:<8} {clients:>8} {loaded(running, photo, clients, args.seconds)}")
    if "two" in args.parts:
        two_services(options, pictures, args.seconds)
    if "overload" in args.parts:
        with service(*options) as running:
            overload(running, pictures["1 MP"], args.overload_seconds, args.deadline)
    return 0


def loaded(running: Running, photo: bytes, clients: int, seconds: float) -> str:
    """A row of the table: so many clients, each sending as soon as it is answered."""
    with Clients(running.address, clients, photo, 120.0) as crowd:
        crowd.busy_loop(_WARM_S)
        outcome = crowd.busy_loop(seconds)
    return f"{outcome.row()} {running.memory_mb():>10.0f}" + faults(outcome)


def faults(outcome: Outcome) -> str:
    """What should not be there, after a row."""
    refused = f"{len(outcome.refused_ms)} refused" if outcome.refused_ms else ""
    others = [f"{count} {code}" for code, count in outcome.others.items()]
    return "  " + ", ".join(filter(None, [refused, *others]))


def two_services(options: list[str], pictures: dict[str, bytes], seconds: float) -> None:
    """Two services that share the machine's cores, one client each at the same time."""
    print(f"\ntwo services at once, one client each\n{_HEAD}")
    with service(*options) as first, service(*options) as second:
        for name, photo in pictures.items():
            rows: dict[int, str] = {}

            def measure(place: int, running: Running, photo: bytes = photo, rows: dict[int, str] = rows) -> None:
                rows[place] = loaded(running, photo, 1, seconds)

            threads = [threading.Thread(target=measure, args=pair) for pair in enumerate((first, second))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for place in sorted(rows):
                print(f"{name:<8} {1:>8} {rows[place]}")


def overload(running: Running, photo: bytes, seconds: float, deadline_s: float) -> None:
    """Ten times what the service can do, and how it is afterwards."""
    with Clients(running.address, 1, photo, 60.0) as single:
        single.busy_loop(_WARM_S)
        calm = single.busy_loop(5.0)
    with Clients(running.address, 16, photo, 60.0) as crowd:
        capacity = crowd.busy_loop(8.0).per_second
    before_mb, peak_mb, done = running.memory_mb(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            peak_mb[0] = max(peak_mb[0], running.memory_mb())

    afterwards = Outcome()
    offered_until = 0.0

    def recover() -> None:
        nonlocal afterwards
        with Clients(running.address, 1, photo, 60.0) as single:
            afterwards = single.busy_loop(5.0)

    def begin_recovery() -> None:
        nonlocal offered_until
        offered_until = time.monotonic()
        recovery.start()

    watcher, recovery = threading.Thread(target=watch), threading.Thread(target=recover)
    watcher.start()
    with Clients(running.address, 64, photo, deadline_s) as crowd:
        outcome = crowd.offered(10 * capacity, seconds, begin_recovery)
    recovery.join()
    done.set()
    watcher.join()
    late = sum(ms > deadline_s * 1000 for ms in outcome.imported_ms) + outcome.others.get("deadline", 0)
    kept = len(outcome.imported_ms) + outcome.others.get("deadline", 0)
    print(
        f"\noverload: {10 * capacity:.0f} photos/s of 1 MP for {seconds:g} s from 64 clients, deadline {deadline_s:g} s"
    )
    print(
        f"capacity {capacity:.1f} photos/s; offered {outcome.sent}; accepted {kept}, {outcome.per_second:.1f} a second"
    )
    if outcome.imported_ms:
        print(
            f"accepted: {late} past their deadline ({100 * late / max(1, kept):.1f} %);"
            f" p50 {percentile(outcome.imported_ms, 50):.0f} ms, p95 {percentile(outcome.imported_ms, 95):.0f} ms"
        )
    if outcome.refused_ms:
        print(
            f"refused: {len(outcome.refused_ms)}; p50 {percentile(outcome.refused_ms, 50):.1f} ms,"
            f" p95 {percentile(outcome.refused_ms, 95):.1f} ms, longest {max(outcome.refused_ms):.0f} ms;"
            f" in words: {outcome.words['busy']}"
        )
    others = {code: count for code, count in outcome.others.items() if code != "deadline"}
    print(f"other outcomes: {others or 'none'}")
    print(f"memory: {before_mb:.0f} MB before, at most {peak_mb[0]:.0f} MB during, {running.memory_mb():.0f} MB after")
    calm_ms = percentile(calm.imported_ms, 50)
    pairs = zip(afterwards.imported_at, afterwards.imported_ms, strict=True)
    again = next((at - offered_until for at, ms in pairs if ms <= 1.5 * calm_ms), None)
    said = "not within 5 s" if again is None else f"after {again:.1f} s"
    print(f"one client: p50 {calm_ms:.0f} ms before; an answer within 1.5 times that again {said}")


if __name__ == "__main__":
    sys.exit(main())
