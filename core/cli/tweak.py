"""`facebridge tweak`: changes some parameters of a parameter file by name, and draws the result when asked."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine_bridge.parameter_edits import Edit, Edited
    from engine_bridge.parameter_file import Preset
    from engine_bridge.schema import CharacterSchema

HELP = (
    "Changes parameters of a parameter file by name, group or wildcard, in the order given. The input stays as it is:"
    " the result is written beside it under the next free name, unless --out or --in-place says otherwise."
)
_SHOWN = 12  # changes listed one a line; a group's edit may have hundreds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the edits, where the result goes, and the picture."""
    parser.add_argument("params", type=Path, metavar="PARAMS.json", help="parameter file, as `import` writes it")
    parser.set_defaults(edits=[])
    parser.add_argument(
        "--set", type=_edit, action="append", dest="edits", metavar="NAME=VALUE",
        help="a parameter, choice, group or wildcard: nose.width=0.4, eye.*.size+=0.2, hair.style=long, lips=default",
    )  # fmt: skip
    parser.add_argument(
        "--reset", type=_reset, action="append", dest="edits", metavar="GROUP", help="back to the defaults; '*' is all"
    )
    parser.add_argument("--mirror", action="store_true", help="left and right partners take the same value")
    parser.add_argument("--clamp", action="store_true", help="stop at the end of a range instead of refusing")
    parser.add_argument("--lock", action="append", default=[], metavar="NAME", help="lock in the result; a group too")
    parser.add_argument("--unlock", action="append", default=[], metavar="NAME", help="free what the file locks, first")
    parser.add_argument("--name", help="what the preset is called")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="NEW.json", help="file to write")
    where.add_argument("--in-place", action="store_true", help="write over the input")
    parser.add_argument(
        "--render", type=Path, nargs="?", const=Path(), metavar="PNG", help="draw the result (default: beside it, .png)"
    )
    parser.add_argument("--size", type=int, default=512, metavar="PX", help="side of the picture (default: 512)")
    parser.add_argument("--engine", default="embedded", help="engine whose character is meant (default: embedded)")
    parser.add_argument("--deadline", type=float, default=60.0, metavar="S", help="seconds to wait for the engine")


def run(args: argparse.Namespace) -> int:
    """Write the result and its picture, both or neither; raises InputError for an edit that cannot be made."""
    from dataclasses import replace

    from core.files import write_together
    from engine_bridge.engines import engine_schema
    from engine_bridge.errors import InputError
    from engine_bridge.parameter_diff import diff
    from engine_bridge.parameter_edits import Rules, apply_edits, expand_locks
    from engine_bridge.parameter_file import MAX_NAME_CHARS, preset_bytes, read_preset

    if not (args.edits or args.lock or args.unlock or args.name is not None or args.render is not None):
        raise InputError("There is nothing to do; give --set NAME=VALUE, --reset GROUP, --lock NAME or --render.")
    if args.name is not None and len(args.name) > MAX_NAME_CHARS:
        raise InputError(f"--name has {len(args.name)} characters, expected at most {MAX_NAME_CHARS}.")
    schema = engine_schema(args.engine)
    before = read_preset(args.params, schema)
    out = _out(args)
    locked = before.locked - expand_locks(schema, args.unlock)
    edited = apply_edits(schema, before.character, args.edits, Rules(locked, args.mirror, args.clamp))
    after = replace(
        before,
        character=edited.character,
        locked=locked | expand_locks(schema, args.lock),
        name=before.name if args.name is None else args.name,
    )
    files = {out: preset_bytes(schema, after)}
    if args.render is not None:
        files[_picture(args, out)] = _draw(args, after)
    write_together(files)
    found = diff(schema, before.character, after.character)
    for each in found.parameters[:_SHOWN]:
        print(f"{each.name}  {each.old:+.3f} -> {each.new:+.3f}")
    if len(found.parameters) > _SHOWN:
        print(f"... and {len(found.parameters) - _SHOWN} more")
    for choice in found.choices:
        print(f"{choice.name}  {choice.old} -> {choice.new}")
    _explain(schema, edited)
    print(f"wrote {' and '.join(map(str, files))}")
    return 0


def _explain(schema: CharacterSchema, edited: Edited) -> None:
    import sys

    from engine_bridge.parameter_edits import compact_locks

    if edited.skipped:
        print(
            f"facebridge: warning: locked, so left as they are: {', '.join(compact_locks(schema, edited.skipped))}.",
            file=sys.stderr,
        )
    if edited.clamped:
        print(
            f"facebridge: warning: stopped at the end of the range: {', '.join(edited.clamped[:_SHOWN])}.",
            file=sys.stderr,
        )


def _out(args: argparse.Namespace) -> Path:
    from engine_bridge.errors import InputError

    if args.in_place:
        return args.params
    if args.out is not None:
        if args.out.exists() and args.params.exists() and args.out.samefile(args.params):
            raise InputError(f"--out {args.out} is the input itself; say --in-place to write over it.")
        return args.out
    number = 2
    while (beside := args.params.with_name(f"{args.params.stem}-{number}.json")).exists():
        number += 1
    return beside


def _picture(args: argparse.Namespace, out: Path) -> Path:
    """Where the picture goes; raises InputError unless it is a .png."""
    from engine_bridge.errors import InputError

    path = out.with_suffix(".png") if args.render == Path() else args.render
    if path.suffix.lower() != ".png":
        raise InputError(f"--render is {path}, expected a file name ending in .png.")
    return path


def _draw(args: argparse.Namespace, preset: Preset) -> bytes:
    from core.cli.render import LARGEST_PX, SMALLEST_PX
    from core.cli.render_pictures import png
    from engine_bridge.errors import InputError
    from engine_bridge.session import EngineSession

    if not SMALLEST_PX <= args.size <= LARGEST_PX:
        raise InputError(f"--size is {args.size}, expected {SMALLEST_PX} to {LARGEST_PX} pixels.")
    if not 0 < args.deadline <= 3600:
        raise InputError(f"--deadline is {args.deadline:g}, expected more than 0 and at most 3600 seconds.")
    character = preset.character
    with EngineSession.start(args.engine, image_px=args.size, deadline_s=args.deadline) as session:
        return png(session.render(character.parameters, character.choices[None], deadline_s=args.deadline))


def _edit(text: str) -> Edit:
    from engine_bridge.errors import InputError
    from engine_bridge.parameter_edits import parse_edit

    try:
        return parse_edit(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _reset(target: str) -> Edit:
    from engine_bridge.parameter_edits import RESET, Edit

    return Edit(target, "=", RESET)
