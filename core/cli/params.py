"""`facebridge params`: what differs between two parameter files, and what stands out in one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "Compares parameter files, or says what stands out in one."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare diff and show."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="diff|show")
    diff = actions.add_parser("diff", help="what leads from one file to another, largest change first")
    diff.add_argument("old", type=Path, metavar="A.json", help="parameter file")
    diff.add_argument("new", type=Path, metavar="B.json", help="parameter file of the same character")
    diff.add_argument("--json", action="store_true", help="print JSON, for programs")
    show = actions.add_parser("show", help="what a file is called, where it came from, and what stands out in it")
    show.add_argument("params", type=Path, metavar="PARAMS.json", help="parameter file")
    for action in (diff, show):
        action.add_argument("--engine", default="embedded", help="engine whose character is meant (default: embedded)")
        action.add_argument("--top", type=int, metavar="N", help="only the N largest")


def run(args: argparse.Namespace) -> int:
    """Print what was asked for; raises InputError for a file that cannot be read."""
    from engine_bridge.errors import InputError

    if args.top is not None and args.top < 1:
        raise InputError(f"--top is {args.top}, expected 1 or more.")
    return _diff(args) if args.action == "diff" else _show(args)


def _diff(args: argparse.Namespace) -> int:
    from engine_bridge.engines import engine_schema
    from engine_bridge.parameter_diff import diff
    from engine_bridge.parameter_file import read_preset

    schema = engine_schema(args.engine)
    old, new = (read_preset(path, schema).character for path in (args.old, args.new))
    found = diff(schema, old, new)
    shown = found.parameters[: args.top]
    if args.json:
        document = found.to_document()
        document["parameters"] = document["parameters"][: args.top]
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return 0
    if not found:
        print(f"{args.old} and {args.new} hold the same character.")
        return 0
    names = [each.name for each in (*shown, *found.choices)]
    width, groups = max(map(len, names)), max((len(each.group) for each in shown), default=0)
    for choice in found.choices:
        print(f"{choice.name:<{width}}  {choice.old} -> {choice.new}")
    for each in shown:
        print(
            f"{each.name:<{width}}  {each.group:<{groups}}  {each.old:+.3f} -> {each.new:+.3f}  {each.share:+7.1%}"
            " of its range"
        )
    counts = f"{len(found.parameters)} of {schema.count} parameters differ"
    print(f"{counts}, {len(found.choices)} of {len(schema.choices)} choices")
    return 0


def _show(args: argparse.Namespace) -> int:
    from engine_bridge.engines import engine_schema
    from engine_bridge.parameter_diff import standing_out
    from engine_bridge.parameter_edits import compact_locks
    from engine_bridge.parameter_file import read_preset

    schema = engine_schema(args.engine)
    preset = read_preset(args.params, schema)
    facts = {
        "name": preset.name,
        "character": f"{schema.character} {schema.version}",
        "photo": preset.rest.get("photo", ""),
        "bundle": preset.rest.get("bundle", ""),
        "locked": ", ".join(compact_locks(schema, preset.locked)),
        "notes": preset.notes,
        **schema.choice_mapping(preset.character.choices),
    }
    for name, value in facts.items():
        if value:
            print(f"{name}: {value}")
    far = standing_out(schema, preset.character, args.top or 10)
    width = max((len(each.name) for each in far), default=0)
    print("farthest from the defaults:" if far else "every parameter is at its default")
    for each in far:
        print(f"  {each.name:<{width}}  {each.new:+.3f}  {each.label}")
    return 0
