"""`facebridge render`: draws one character, a turntable or a sheet of many, through an engine process."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli import render_scene

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine_bridge.scene import Scene
    from engine_bridge.schema import CharacterSchema
    from engine_bridge.session import EngineSession

HELP = "Draws a character from a parameter file, or many; the engine runs as its own process behind the wire."

SMALLEST_PX, LARGEST_PX = 16, 2048
MOST_PICTURES = 1000
LARGEST_SHEET_PX = 16384
_TURN_DEG = 90.0  # a turntable goes from one profile to the other
_BATCH = 16  # pictures that share one deadline


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the character, the pictures, their scene and their truth."""
    parser.add_argument(
        "--params", type=Path, help="parameter file (JSON), as `import` writes it (default: the neutral character)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="PNG file to write; with --turntable also a folder, for a file each"
    )
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="side of each picture (default: 256)")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument("--deadline", type=float, default=60.0, metavar="S", help="seconds to wait for the engine")
    many = parser.add_mutually_exclusive_group()
    many.add_argument("--turntable", type=int, metavar="N", help="N pictures from one profile to the other")
    many.add_argument("--sheet", type=int, metavar="N", help="N random characters, uniform in every parameter")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="of --sheet: equal seeds give equal characters (default: 0)"
    )
    parser.add_argument(
        "--truth", type=Path, metavar="DIR", help="also write what the engine knows: segmentation, depth, points"
    )
    render_scene.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write what was asked for, all of it or nothing.

    Raises InputError for a wrong file, number or name, Refused for a scene or truth that the engine does not support,
    EngineError when the engine fails.
    """
    from core.files import write_together
    from engine_bridge.engines import engine_schema
    from engine_bridge.session import EngineSession

    _check(args)
    scene = render_scene.scene_of(args)
    # An unknown engine or a wrong file is said at once, before a process is started for it.
    schema = engine_schema(args.engine)
    if args.params is not None:
        _read(args.params, schema)
    with EngineSession.start(args.engine, image_px=args.size, deadline_s=args.deadline) as session:
        if args.sheet:
            files, detail = _sheet(session, args, scene)
        elif args.turntable:
            files, detail = _turntable(session, args, scene)
        else:
            files, detail = _single(session, args, scene)
        drawn_by = f"drawn by {session.engine} {session.engine_version}"
    write_together(files)
    print(f"{args.out}: {detail}, {drawn_by}")
    return 0


def _check(args: argparse.Namespace) -> None:
    from core.cli.render_pictures import columns_of
    from data_capture.sampling import check_seed
    from engine_bridge.errors import InputError

    if not SMALLEST_PX <= args.size <= LARGEST_PX:
        raise InputError(f"--size is {args.size}, expected {SMALLEST_PX} to {LARGEST_PX} pixels.")
    if not 0 < args.deadline <= 3600:
        raise InputError(f"--deadline is {args.deadline:g}, expected more than 0 and at most 3600 seconds.")
    if args.out.suffix.lower() != ".png" and not _is_folder(args):
        also = ", or without an ending for a folder" if args.turntable is not None else ""
        raise InputError(f"--out is {args.out}, expected a file name ending in .png{also}.")
    for option in ("turntable", "sheet"):
        count = getattr(args, option)
        if count is not None and not 1 <= count <= MOST_PICTURES:
            raise InputError(f"--{option} is {count}, expected 1 to {MOST_PICTURES} pictures.")
        if count is not None and not _is_folder(args) and columns_of(count) * args.size > LARGEST_SHEET_PX:
            side = columns_of(count) * args.size
            raise InputError(f"A sheet of {count} pictures of {args.size} px would be {side} px wide, expected at most "
                             f"{LARGEST_SHEET_PX}; choose a smaller --size.")  # fmt: skip
    if args.seed is not None:
        if args.sheet is None:
            raise InputError("--seed has no effect without --sheet; leave it out.")
        check_seed(args.seed)
    if args.sheet is not None and args.params is not None:
        raise InputError("--params has no effect with --sheet, which draws random characters; give one of the two.")
    if args.truth is not None and (args.sheet is not None or args.turntable is not None):
        raise InputError("--truth is for one picture; leave --sheet and --turntable out.")
    if args.turntable is not None and args.yaw_deg is not None:
        raise InputError("--yaw has no effect with --turntable, which sets it; give one of the two.")


def _is_folder(args: argparse.Namespace) -> bool:
    """Whether --out names a folder for the files of a turntable."""
    return args.turntable is not None and not args.out.suffix


def _single(session: EngineSession, args: argparse.Namespace, scene: Scene) -> tuple[dict[Path, bytes], str]:
    from core.cli.render_pictures import png
    from core.cli.render_truth import truth_files
    from engine_bridge.truth import TRUTH_CHANNELS

    parameters, choices = _character(session, args.params)
    wanted: tuple[str, ...] = ()
    if args.truth is not None:
        # With none of them, all are asked for: the session's refusal says what the engine has instead.
        wanted = tuple(name for name in TRUTH_CHANNELS if name in session.features) or TRUTH_CHANNELS
    drawn = session.render(parameters, choices, deadline_s=args.deadline, scene=scene, truth=wanted)
    files = {args.out: png(drawn.images)}
    detail = f"{args.size} x {args.size} px"
    if args.truth is not None:
        files |= {args.truth / name: data for name, data in truth_files(drawn.truth).items()}
        lacking = [name for name in TRUTH_CHANNELS if name not in wanted]
        detail += f" with {', '.join(wanted)} in {args.truth}"
        detail += f" (the engine has no {' and no '.join(lacking)})" if lacking else ""
    return files, detail


def _turntable(session: EngineSession, args: argparse.Namespace, scene: Scene) -> tuple[dict[Path, bytes], str]:
    import dataclasses

    import numpy as np

    from core.cli.render_pictures import columns_of, contact_sheet, png

    parameters, choices = _character(session, args.params)
    count = args.turntable
    yaws = np.linspace(-_TURN_DEG, _TURN_DEG, count) if count > 1 else np.zeros(1)
    pictures = np.stack([
        session.render(parameters, choices, deadline_s=args.deadline, scene=dataclasses.replace(scene, yaw_deg=yaw))
        for yaw in yaws.tolist()
    ])  # fmt: skip
    detail = f"{count} pictures of {args.size} x {args.size} px"
    if _is_folder(args):
        return {args.out / f"{number:03d}.png": png(picture) for number, picture in enumerate(pictures)}, detail
    return {args.out: png(contact_sheet(pictures, columns_of(count)))}, detail


def _sheet(session: EngineSession, args: argparse.Namespace, scene: Scene) -> tuple[dict[Path, bytes], str]:
    import numpy as np

    from core.cli.render_pictures import columns_of, contact_sheet, png

    seed = args.seed or 0
    pictures = np.concatenate(list(_random_faces(session, args.sheet, seed, scene, args.deadline)))
    detail = f"{args.sheet} random characters of {args.size} x {args.size} px, seed {seed}"
    return {args.out: png(contact_sheet(pictures, columns_of(args.sheet)))}, detail


def _random_faces(
    session: EngineSession, count: int, seed: int, scene: Scene, deadline_s: float
) -> Iterator[NDArray[np.uint8]]:
    """Pictures of samples 0 to count - 1 of a seed, parameters uniform in their ranges and choices random."""
    from data_capture.sampling import choice_block, sample_block

    for start in range(0, count, _BATCH):
        indices = range(start, min(start + _BATCH, count))
        parameters = sample_block(session.schema, seed, indices, "uniform")
        choices = choice_block(session.schema, seed, indices, "random")
        yield session.render(parameters, choices, deadline_s=deadline_s, scene=scene)


def _character(session: EngineSession, params: Path | None) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """One character: parameters (P,) and choices (1, C), of the file or neutral."""
    if params is None:
        return session.schema.defaults, session.schema.default_choices[None]
    parameters, choices = _read(params, session.schema)
    return parameters, choices[None]


def _read(params: Path, schema: CharacterSchema) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    from engine_bridge.errors import InputError
    from engine_bridge.parameter_file import read_parameters

    if not params.is_file():
        remedy = "`facebridge schema neutral --out P.json` makes one"
        raise InputError(f"There is no parameter file {params}; {remedy}.")
    return read_parameters(params, schema)
