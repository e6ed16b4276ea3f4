"""`facebridge import`: photos in; for each a JSON of every parameter by name, and a picture of what they draw."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.importing.batch import Draw, Outcome
    from core.importing.sources import Source
    from engine_bridge.schema import CharacterSchema

HELP = "Turns photos into parameters of a character: for each photo a JSON file and a picture."

IMAGE_PX = 256
EXIT_SOME_FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, where results go, who reconstructs, and what draws."""
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO", help="photo file, or a folder of photos")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for results; an earlier run's are replaced"
    )
    parser.add_argument("--server", metavar="tcp://HOST:PORT", help="let a running `facebridge serve` reconstruct")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="client key file, needed beyond 127.0.0.1")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="bundle to use (default: the one that ships)")
    parser.add_argument("--engine", default="embedded", help="engine that draws the character (default: embedded)")
    parser.add_argument("--no-render", action="store_true", help="no engine: photo and imitator in the picture only")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where networks run (default: cpu)")
    parser.add_argument("--deadline", type=float, default=60.0, metavar="S", help="seconds for each photo and drawing")


def run(args: argparse.Namespace) -> int:
    """Import every photo; 0 when all went well, 1 when one or more could not be used."""
    from core.importing.batch import import_photos
    from core.importing.photos import find_photos

    _check(args)
    photos, missing = find_photos(args.photos, args.out)
    for error in missing:
        print(f"facebridge: error: {error}", file=sys.stderr)
    failed = len(missing)
    if photos:
        _make_folder(args.out)
        with contextlib.ExitStack() as stack:
            source = _source(args)
            stack.callback(source.close)
            draw = None if args.no_render else _drawer(args, source.schema, stack)
            failed += import_photos(photos, args.out, source, draw, _report)
    if failed and len(photos) + len(missing) > 1:
        print(f"facebridge: {failed} of {len(photos) + len(missing)} could not be imported.", file=sys.stderr)
    return EXIT_SOME_FAILED if failed else 0


def _check(args: argparse.Namespace) -> None:
    from engine_bridge.errors import InputError

    if not 0 < args.deadline <= 3600:
        raise InputError(f"--deadline is {args.deadline:g}, expected more than 0 and at most 3600 seconds.")
    if args.server and args.bundle:
        raise InputError("--bundle has no effect with --server, which has its own; give one of the two.")
    if args.keys and not args.server:
        raise InputError("--keys is for a service; give --server tcp://HOST:PORT as well.")
    if args.out.exists() and not args.out.is_dir():
        raise InputError(f"--out {args.out} is a file, expected a folder; choose another name.")


def _make_folder(out: Path) -> None:
    from engine_bridge.errors import InputError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot make the folder {out}: {error.strerror or error}; choose another --out.") from error


def _source(args: argparse.Namespace) -> Source:
    from core.importing.sources import DirectSource, ServiceSource

    if args.server:
        from engine_bridge.keys import load_client_keys

        keys = load_client_keys(args.keys) if args.keys else None
        return ServiceSource(args.server, keys, args.deadline)
    return DirectSource(args.bundle, args.device)


def _drawer(args: argparse.Namespace, schema: CharacterSchema, stack: contextlib.ExitStack) -> Draw:
    """What draws the character; the engine's process starts with the first good photo and ends with `stack`.

    Raises SchemaMismatch at once when the engine's character is not the bundle's.
    """
    from engine_bridge.engines import engine_schema
    from engine_bridge.errors import SchemaMismatch
    from engine_bridge.session import EngineSession

    difference = schema.difference(engine_schema(args.engine))
    if difference:
        remedy = "choose another --engine or --bundle, or leave the drawing out with --no-render"
        raise SchemaMismatch(f"The bundle is not for the engine '{args.engine}': {difference}; {remedy}.")
    sessions: list[EngineSession] = []

    def draw(parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if not sessions:
            sessions.append(stack.enter_context(EngineSession.start(args.engine, IMAGE_PX, args.deadline)))
        return sessions[0].render(parameters[None], choices[None], deadline_s=args.deadline)[0]

    return draw


def _report(outcome: Outcome) -> None:
    from core.importing.photos import printable

    photo = printable(outcome.photo)
    if outcome.error is not None:
        print(f"facebridge: error: {photo}: {outcome.error}", file=sys.stderr)
        return
    print(f"{photo} -> {' '.join(map(printable, outcome.written))}", flush=True)
    for warning in outcome.warnings:
        print(f"facebridge: warning: {photo}: {warning}", file=sys.stderr)
