"""`facebridge studio`: a slider page for designers, in the browser of this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = (
    "Opens a page with the character drawn live, its sliders, presets, undo, and a photo beside it. Only this machine's"
    " browser can use it; ends on Ctrl-C."
)
DEFAULT_PORT = 8712


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the engine, who reads photos, what to begin with, and the port."""
    parser.add_argument("--engine", default="embedded", help="engine that draws the character (default: embedded)")
    parser.add_argument(
        "--server", metavar="tcp://HOST:PORT", help="a running `facebridge serve` (default: one of its own)"
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="client key file, needed beyond 127.0.0.1")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="bundle of its own service (default: what ships)")
    parser.add_argument("--params", type=Path, metavar="FILE", help="parameter file to begin with")
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"port on 127.0.0.1, 0 for any free (default: {DEFAULT_PORT})",
    )
    parser.add_argument("--no-open", action="store_true", help="print the address only, open no browser")


def run(args: argparse.Namespace) -> int:
    """Serve the page until told to stop; raises InputError for options that cannot be met."""
    import importlib.util

    from engine_bridge.errors import InputError

    if not 0 <= args.port <= 65535:
        raise InputError(f"--port is {args.port}, expected 0 to 65535.")
    if args.server and args.bundle:
        raise InputError("--bundle has no effect with --server, which has its own; give one of the two.")
    if args.keys and not args.server:
        raise InputError("--keys is for a service; give --server tcp://HOST:PORT as well.")
    if importlib.util.find_spec("nicegui") is None:
        raise InputError("The slider page needs NiceGUI, which is missing; run `pip install 'facebridge[studio]'`.")
    from core.studio.server import StudioOptions
    from core.studio.server import run as serve
    from engine_bridge.keys import load_client_keys

    serve(
        StudioOptions(
            engine=args.engine,
            server=args.server,
            keys=load_client_keys(args.keys) if args.keys else None,
            bundle=args.bundle,
            params=args.params,
            port=args.port,
            open_browser=not args.no_open,
        )
    )
    return 0
