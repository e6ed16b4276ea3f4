"""The same bundle behind `facebridge serve`, LitServe and Ray Serve, one after another in one run, on the same photo.

    python benchmarks/serve_others.py [--clients 1 64] [--seconds 20] [--servers facebridge litserve ray] [--turns N]

Each has as many workers as the machine has cores, each worker one thread. LitServe and Ray Serve take the photo as the
body of an HTTP request on kept-alive connections, the plainest way that each offers; all answer with the same bytes.

With `--turns`, all servers run at once and one client asks each for one photo in every round, in an order drawn anew:
what the machine does meanwhile is the same for all, so that a difference of a few milliseconds is seen.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.client
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from import_latency import machine, percentile
from load import Clients, Outcome, photos, service

from core import threads
from engine_bridge.errors import EngineError

SERVERS = ("facebridge", "litserve", "ray")
_START_S = 300.0
_WARM_S = 4.0
WARM_ROUNDS = 30


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 64], help="numbers of clients (default: 1 64)")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement (default: 20)")
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS), help="default: all")
    parser.add_argument("--turns", type=int, help="rounds in which one client asks every server once, instead")
    parser.add_argument("--photo", choices=("1 MP", "12 MP"), default="1 MP")
    args = parser.parse_args()
    print(machine())
    print(f"others: litserve {metadata.version('litserve')}, ray {metadata.version('ray')}; photo {args.photo}")
    if args.turns is not None:
        in_turns(args.servers, photos()[args.photo], args.turns)
        return 0
    print(f"{'server':<12} {'clients':>8} {'p50 ms':>8} {'p95 ms':>8} {'photos/s':>9}")
    photo = photos()[args.photo]
    for name in args.servers:
        with measuring(name, photo) as measure:
            for clients in args.clients:
                print(f"{name:<12} {clients:>8} {measure(clients, args.seconds).row()}", flush=True)
    return 0


def in_turns(names: list[str], photo: bytes, rounds: int) -> None:
    """One client's latencies at servers that run at once, and how much later than the first server each answers."""
    draw = random.Random(0)
    taken: dict[str, list[float]] = {name: [] for name in names}
    with contextlib.ExitStack() as stack:
        ask = {name: stack.enter_context(asking(name, photo)) for name in names}
        for number in range(WARM_ROUNDS + rounds):
            for name in draw.sample(names, len(names)):
                elapsed_ms = ask[name]()
                if number >= WARM_ROUNDS:
                    taken[name].append(elapsed_ms)
    print(f"{'server':<12} {'photos':>8} {'p50 ms':>8} {'p95 ms':>8}  later than {names[0]}, median and 95 % interval")
    for name, found in taken.items():
        later = [one - first for one, first in zip(found, taken[names[0]], strict=True)]
        low, high = median_interval(later)
        more = "" if name == names[0] else f"  {statistics.median(later):+.1f} ms ({low:+.1f} to {high:+.1f})"
        print(f"{name:<12} {rounds:>8} {percentile(found, 50):>8.1f} {percentile(found, 95):>8.1f}{more}", flush=True)


def median_interval(values: list[float]) -> tuple[float, float]:
    """Where the median lies with 95 % confidence: the order statistics of the sign test (normal approximation)."""
    ordered, reach = sorted(values), 0.98 * len(values) ** 0.5
    low, high = int(len(values) / 2 - reach), int(len(values) / 2 + reach)
    return ordered[max(0, low)], ordered[min(len(values) - 1, high)]


@contextlib.contextmanager
def asking(name: str, photo: bytes) -> Iterator[Callable[[], float]]:
    """A server that runs until the block ends, as a function that sends one photo and gives the milliseconds."""
    if name == "facebridge":
        with service() as running, contextlib.ExitStack() as held:
            crowd = functools.cache(lambda: held.enter_context(Clients(running.address, 1, photo, 120.0)))
            yield lambda: crowd().one_ms()  # greeted late: a client that says nothing while others start is forgotten
        return
    with listening(name, photo) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        with contextlib.closing(connection):
            yield lambda: posted_ms(connection, photo)


@contextlib.contextmanager
def measuring(name: str, photo: bytes) -> Iterator[Callable[[int, float], Outcome]]:
    """A server that runs until the block ends, as a function of clients and seconds."""
    if name == "facebridge":
        with service() as running:

            def wire(clients: int, seconds: float) -> Outcome:
                with Clients(running.address, clients, photo, 120.0) as crowd:
                    crowd.busy_loop(_WARM_S)
                    return crowd.busy_loop(seconds)

            yield wire
        return
    with listening(name, photo) as port:

        def plain(clients: int, seconds: float) -> Outcome:
            http_loop(port, photo, clients, _WARM_S)
            return http_loop(port, photo, clients, seconds)

        yield plain


@contextlib.contextmanager
def listening(name: str, photo: bytes) -> Iterator[int]:
    """LitServe or Ray Serve, until the block ends: its port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**threads.environment(1), "RAY_USAGE_STATS_ENABLED": "0"}
    command = [sys.executable, str(Path(__file__).with_name(f"{name}_app.py")), str(port)]
    # A session of its own, so that the workers that it starts can be ended with it.
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        await_answer(process, port, photo)
        yield port
    finally:
        end_session(process)


def end_session(process: subprocess.Popen[bytes]) -> None:
    """End a server, and all that it started."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def await_answer(process: subprocess.Popen[bytes], port: int, photo: bytes) -> None:
    """Return after the first good answer; raises EngineError when the server ends or takes too long."""
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            http_loop(port, photo, 1, 0.01)
            return
        except (OSError, EngineError, http.client.HTTPException):
            time.sleep(0.5)
    raise EngineError(f"The server gave no answer within {_START_S:g} s; run its _app.py alone to see why.")


def posted_ms(connection: http.client.HTTPConnection, photo: bytes) -> float:
    """Send a photo and read its answer; raises EngineError for one that is none."""
    started = time.monotonic()
    connection.request("POST", "/predict", photo, {"Content-Type": "application/octet-stream"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200 or len(body) < 1000:
        raise EngineError(f"The server answered {response.status}: {body[:200]!r}")
    return (time.monotonic() - started) * 1000


def http_loop(port: int, photo: bytes, clients: int, seconds: float) -> Outcome:
    """So many kept-alive connections, each sending its next photo as soon as the last is answered."""
    began = time.monotonic()
    outcome, lock, problems = Outcome(began=began, seconds=seconds), threading.Lock(), list[BaseException]()

    def client() -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            with contextlib.closing(connection):
                while time.monotonic() < began + seconds:
                    elapsed_ms = posted_ms(connection, photo)
                    with lock:
                        outcome.imported_ms.append(elapsed_ms)
                        outcome.imported_at.append(time.monotonic())
        except BaseException as error:
            problems.append(error)

    crowd = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    if problems:
        raise problems[0]
    return outcome


if __name__ == "__main__":
    sys.exit(main())
