"""`facebridge schema`: shows an engine's parameters, exports its schema, writes a neutral parameter file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HELP = "Shows or exports the parameters of an engine's character; counts, names and ranges come from the engine."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare show, export and neutral."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|export|neutral")
    show = actions.add_parser("show", help="print every parameter and choice with its range and meaning")
    show.add_argument("--group", help="only the parameters of this group")
    export = actions.add_parser("export", help="write the schema as the very JSON bytes that its hash covers")
    neutral = actions.add_parser("neutral", help="write a parameter file of the neutral character, to edit and render")
    for action in (show, export, neutral):
        action.add_argument("--engine", default="embedded", help="engine whose character is meant (default: embedded)")
    for action in (export, neutral):
        action.add_argument("--out", type=Path, help="file to write (default: standard output)")


def run(args: argparse.Namespace) -> int:
    """Do one of the three actions; raises InputError for an unknown engine or group."""
    from engine_bridge.engines import engine_schema
    from engine_bridge.parameter_file import parameters_document

    schema = engine_schema(args.engine)
    if args.action == "show":
        _show(args.engine, args.group)
    elif args.action == "export":
        _write(args.out, schema.to_json())
    else:
        document = parameters_document(schema, schema.defaults, schema.default_choices)
        _write(args.out, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    return 0


def _show(engine: str, group: str | None) -> None:
    from engine_bridge.engines import engine_schema
    from engine_bridge.errors import InputError

    schema = engine_schema(engine)
    if group is not None and group not in schema.groups:
        raise InputError(f"{schema.character} has no group '{group}', expected one of {', '.join(schema.groups)}.")
    print(f"{schema.character} {schema.version}: {schema.count} parameters, {len(schema.choices)} choices")
    print(f"sha256 {schema.hash}")
    by_name = {parameter.name: parameter for parameter in schema.parameters}
    width = max(len(name) for name in schema.names)
    for title, names in schema.groups.items():
        if group not in (None, title):
            continue
        print(f"\n{title} ({len(names)})")
        for parameter in (by_name[name] for name in names):
            span = f"{parameter.minimum:g} .. {parameter.maximum:g}"
            print(f"  {parameter.name:<{width}}  {span:>12}  {parameter.kind:<8}  {parameter.description}")
    if group is None and schema.choices:
        print("\nchoices")
        for choice in schema.choices:
            print(f"  {choice.name:<{width}}  {' | '.join(choice.options)}  (default {choice.default})")


def _write(path: Path | None, data: bytes) -> None:
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from core.files import write_atomically

    write_atomically(path, data)
    print(f"wrote {path}", file=sys.stderr)
