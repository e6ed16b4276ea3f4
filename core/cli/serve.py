"""`facebridge serve`: keeps bundles warm and answers imports of other processes, such as a game editor."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from engine_bridge.errors import InputError

if TYPE_CHECKING:
    from core.serve import EventLog, Service
    from core.serve.admin import Admin

HELP = "Answers imports over the wire with bundles that stay loaded; ends in good order on Ctrl-C or SIGTERM."

DEFAULT_BIND = "tcp://127.0.0.1:5757"
READY = "facebridge serve: ready on"
_NAMED = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,63})=(?P<folder>.+)$")
_USUAL_PROCESSES = 2
"""Processes that import unless told otherwise, if there are as many cores: each takes about 400 MB."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the address, its keys, the bundles, where they run, and what the operator hears."""
    parser.add_argument(
        "--bind", default=DEFAULT_BIND, metavar="tcp://HOST:PORT", help=f"address to serve (default: {DEFAULT_BIND})"
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="server key file, needed to bind beyond 127.0.0.1")
    parser.add_argument(
        "--bundle",
        action="append",
        metavar="[NAME=]DIR",
        help="bundle to use, again for more; the first is the default (default: the one that ships)",
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where networks run (default: cpu)")
    parser.add_argument(
        "--engine",
        default="none",
        metavar="NAME",
        help="engine that draws and judges, such as embedded (default: none)",
    )
    parser.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="imports computed at once, each by a process of about 400 MB, the service's own among them (default: one a"
        " core, to 2)",
    )
    parser.add_argument(
        "--ray",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="compute in replicas on a Ray cluster, or with no address on one that is started here",
    )
    parser.add_argument("--replicas", type=int, default=2, metavar="N", help="with --ray: that import (default: 2)")
    parser.add_argument(
        "--admin",
        default="off",
        metavar="HOST:PORT",
        help="operator's port on this machine: GET /health and /metrics, POST /reload (default: off)",
    )
    parser.add_argument(
        "--log", choices=("text", "json", "off"), default="text", help="events on stderr (default: text)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop; raises InputError for a port in use, BundleError for an unusable bundle."""
    from core import memory, threads
    from engine_bridge.keys import load_server_keys

    bundles, at_once = bundle_folders(args.bundle or []), _at_once(args)
    if args.ray is None:
        threads.configure(1)  # before torch loads; see core.reconstruct.TORCH_THREADS for the reason
        memory.keep_freed()
    from core.serve import EventLog, Service, ServiceLimits, Shelf
    from core.serve.loading import local_sources, ray_sources

    keys = load_server_keys(args.keys) if args.keys else None
    _allow_many_connections()
    log = EventLog(sys.stderr, args.log)
    limits = ServiceLimits(threads={"imports": at_once})
    with ExitStack() as stack:
        stack.callback(log.close)
        # The port comes first: one that is in use is said at once, not after the networks were loaded.
        service = stack.enter_context(Service(args.bind, keys=keys, limits=limits, log=log))
        stopped = stack.enter_context(_stop_signals(service.ask_reload))
        admin = _admin(args.admin, service, log)
        if admin is not None:
            stack.callback(admin.close)
        if args.ray is None:
            sources = local_sources(bundles, args.device, args.engine, at_once - 1, log, stack)
        else:
            sources = ray_sources(bundles, args.device, args.engine, args.replicas, args.ray, stack)
        shelf = Shelf(sources)
        stack.callback(shelf.close)
        print(f"{READY} {service.endpoint}", flush=True)
        service.run(shelf, stopped)
        counts = service.counts
    print(
        f"facebridge serve: stopped; {counts.imported} imported, {counts.failed} failed, {counts.refused} refused, "
        f"{counts.dropped + counts.late} no longer wanted.",
        flush=True,
    )
    return 0


def _at_once(args: argparse.Namespace) -> int:
    """How many imports are computed at once; raises InputError for none."""
    from core import threads

    if args.ray is not None and args.processes is not None:
        raise InputError("--processes is for a service that computes here; with --ray say how many --replicas.")
    if args.ray is not None:
        option, at_once = "--replicas", args.replicas
    elif args.processes is not None:
        option, at_once = "--processes", args.processes
    else:
        option, at_once = "", min(_USUAL_PROCESSES, threads.cores())
    if at_once < 1:
        raise InputError(f"{option} is {at_once}, expected at least 1.")
    return at_once


def bundle_folders(given: Sequence[str]) -> list[tuple[str, Path | None]]:
    """Name and folder of each --bundle; one without NAME= is called as its folder, and without any the one that ships
    is served. Raises InputError for a name given twice."""
    named: list[tuple[str, Path | None]] = []
    for text in given:
        match = _NAMED.match(text)
        if match and not Path(text).exists():
            named.append((match["name"], Path(match["folder"])))
        else:
            named.append((Path(text).resolve().name, Path(text)))
    names = [name for name, _ in named]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"Two bundles are called '{name}'; name them apart, as in --bundle old={name}.")
    return named or [("embedded", None)]


def _admin(address: str, service: Service, log: EventLog) -> Admin | None:
    """The operator's port, or None: a port in use is noted and must not keep artists from their work."""
    if address == "off":
        return None
    from core.serve.admin import Admin

    metrics = None
    try:
        from core.serve.metrics import Metrics
    except ModuleNotFoundError:
        pass
    else:
        meter = Metrics(service.health)
        service.record.meter, metrics = meter, meter.text
    try:
        admin = Admin(address, health=service.health, reload=service.reload, metrics=metrics)
    except InputError as error:
        log.event("no-admin", error=str(error))
        return None
    log.event("admin", port=admin.port, metrics=metrics is not None)
    return admin


def _allow_many_connections() -> None:
    """Raise the limit of open files to what the system grants: clients that connect and say nothing take one each."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 65536 if hard == resource.RLIM_INFINITY else min(65536, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except (OSError, ValueError):
                pass  # macOS states a limit that it does not grant; what we have will do


@contextmanager
def _stop_signals(reload: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Turns Ctrl-C, SIGTERM and (on Windows) Ctrl-Break into a flag; a second one interrupts at once. SIGHUP, where
    there is such a thing, asks for a reload.

    Outside the main thread, where Python delivers no signals, the flag just stays down.
    """
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt

    def again(_number: int, _frame: FrameType | None) -> None:
        reload()

    handlers = {"SIGINT": note, "SIGTERM": note, "SIGBREAK": note, "SIGHUP": again}
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name, handler in handlers.items():
            if hasattr(signal, name):
                number = getattr(signal, name)
                before[number] = signal.signal(number, handler)
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
