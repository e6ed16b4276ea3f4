"""`facebridge serve`: keeps a bundle warm and answers imports of other processes, such as a game editor."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

HELP = "Answers imports over the wire with a bundle that stays loaded; ends in good order on Ctrl-C or SIGTERM."

DEFAULT_BIND = "tcp://127.0.0.1:5757"
READY = "facebridge serve: ready on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the address, its keys, the bundle and where it runs."""
    parser.add_argument(
        "--bind", default=DEFAULT_BIND, metavar="tcp://HOST:PORT", help=f"address to serve (default: {DEFAULT_BIND})"
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="server key file, needed to bind beyond 127.0.0.1")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="bundle to use (default: the one that ships)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where networks run (default: cpu)")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop; raises InputError for a port in use, BundleError for an unusable bundle."""
    from core import threads
    from engine_bridge.keys import load_server_keys

    threads.configure(1)  # before torch loads; see core.reconstruct.TORCH_THREADS for the reason
    from core.bundle import Bundle
    from core.reconstruct import Reconstructor
    from core.serve import Service

    keys = load_server_keys(args.keys) if args.keys else None
    with _stop_signals() as stopped, Service(args.bind, keys=keys) as service:
        # The port comes first: one that is in use is said at once, not after the networks were loaded.
        reconstructor = Reconstructor(Bundle.load(args.bundle), device=args.device)
        reconstructor.warm_up()
        print(f"{READY} {service.endpoint}", flush=True)
        service.run(reconstructor, reconstructor.schema, reconstructor.bundle_name, stopped)
        counts = service.counts
    print(
        f"facebridge serve: stopped; {counts.imported} imported, {counts.failed} failed, {counts.refused} refused, "
        f"{counts.dropped + counts.late} no longer wanted.",
        flush=True,
    )
    return 0


@contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """Turns Ctrl-C, SIGTERM and (on Windows) Ctrl-Break into a flag; a second one interrupts at once.

    Outside the main thread, where Python delivers no signals, the flag just stays down.
    """
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt

    names = ("SIGINT", "SIGTERM", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
