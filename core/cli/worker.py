"""`facebridge worker`: lends this machine's engine to a capture that runs elsewhere."""

from __future__ import annotations

import argparse

HELP = "Lends this machine's engine to a capture that runs elsewhere; leaves when that capture ends."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the engine and the coordinator's address."""
    parser.add_argument("--engine", default="embedded", help="engine to host (default: embedded)")
    parser.add_argument("--connect", required=True, metavar="tcp://HOST:PORT", help="address given to capture --bind")
    parser.add_argument("--keys", metavar="FILE", help="client key file, needed beyond 127.0.0.1")
    parser.add_argument("--threads", type=int, metavar="T", help="threads of the engine (default: every core)")


def run(args: argparse.Namespace) -> int:
    """Serve renders until the coordinator says goodbye; the exit code is the engine host's."""
    from data_capture.workers import available_cores
    from engine_bridge import host
    from engine_bridge.errors import InputError
    from engine_bridge.transport import parse_address

    parse_address(args.connect, bind=False)
    threads = available_cores() if args.threads is None else args.threads
    if threads < 1:
        raise InputError(f"--threads is {threads}, expected at least 1.")
    arguments = ["--engine", args.engine, "--connect", args.connect, "--threads", str(threads)]
    if args.keys is not None:
        arguments += ["--keys", args.keys]
    return host.main(arguments)
