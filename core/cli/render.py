"""`facebridge render`: draws one character from a parameter file, through an engine process behind the wire."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Draws a character from a parameter file; the engine runs as its own process behind the wire."

SMALLEST_PX, LARGEST_PX = 16, 2048


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the parameter file, the picture and its size."""
    parser.add_argument("--params", type=Path, required=True, help="parameter file (JSON), as `import` writes it")
    parser.add_argument("--out", type=Path, required=True, help="PNG file to write")
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="picture side in pixels (default: 256)")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument("--deadline", type=float, default=60.0, metavar="S", help="seconds to wait for the engine")


def run(args: argparse.Namespace) -> int:
    """Write the picture; raises InputError for a wrong file, size or name, EngineError when the engine fails."""
    from core.files import write_atomically
    from engine_bridge.errors import InputError

    if not SMALLEST_PX <= args.size <= LARGEST_PX:
        raise InputError(f"--size is {args.size}, expected {SMALLEST_PX} to {LARGEST_PX} pixels.")
    if args.out.suffix.lower() != ".png":
        raise InputError(f"--out is {args.out}, expected a file name ending in .png.")
    if not args.params.is_file():
        remedy = "`facebridge schema neutral --out P.json` makes one"
        raise InputError(f"There is no parameter file {args.params}; {remedy}.")
    data, detail = picture(args.params, args.engine, args.size, args.deadline)
    write_atomically(args.out, data)
    print(f"{args.out}: {args.size} x {args.size} px, {detail}")
    return 0


def picture(params: Path, engine: str, image_px: int, deadline_s: float) -> tuple[bytes, str]:
    """Render a parameter file; returns the PNG's bytes and what drew it."""
    import io

    from PIL import Image

    from engine_bridge.engines import engine_schema
    from engine_bridge.parameter_file import read_parameters
    from engine_bridge.session import EngineSession

    # An unknown engine or a wrong file is said at once, before a process is started for it.
    read_parameters(params, engine_schema(engine))
    with EngineSession.start(engine, image_px=image_px, deadline_s=deadline_s) as session:
        parameters, choices = read_parameters(params, session.schema)
        images = session.render(parameters[None], choices[None], image_px=image_px, deadline_s=deadline_s)
        detail = f"drawn by {engine} {session.engine_version}"
    buffer = io.BytesIO()
    Image.fromarray(images[0]).save(buffer, "PNG")
    return buffer.getvalue(), detail
