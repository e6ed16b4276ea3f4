"""Writes docs/parameters.md: every parameter of a character by group, and a sheet of pictures for each group.

    python scripts/parameter_docs.py [--engine embedded] [--out docs] [--group NAME ...] [--check]

`--check` draws and changes nothing: it fails when the page is not what the engine's schema says, or when the sheets
are not those of its groups. `--group` draws only the sheets of these groups and leaves the page alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from parameter_sheets import RENDER_PX, SHEETS_BYTES, draw_sheets  # noqa: E402  # The checkout's own.

from core.files import write_together  # noqa: E402
from engine_bridge.engines import ENGINES, engine_schema, open_engine  # noqa: E402
from engine_bridge.errors import FaceBridgeError, InputError  # noqa: E402
from engine_bridge.schema import CharacterSchema, Parameter  # noqa: E402

PAGE = "parameters.md"
SHEETS = "images/parameters"
SUFFIX = ".webp"


def main(arguments: list[str]) -> int:
    """Write page and sheets, or check them; returns 1 when they differ or cannot be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", default="embedded", choices=ENGINES)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of the page (default: docs)")
    parser.add_argument("--group", action="append", metavar="NAME", help="draw only this group's sheet; repeatable")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when page or sheets are out of date")
    args = parser.parse_args(arguments)
    try:
        schema = engine_schema(args.engine)
        if args.check:
            stale = differences(schema, args.engine, args.out)
            for line in stale:
                print(f"parameter_docs: {line}", file=sys.stderr)
            return 1 if stale else 0
        groups = args.group or list(schema.groups)
        unknown = [group for group in groups if group not in schema.groups]
        if unknown:
            raise InputError(f"There is no group '{unknown[0]}', expected one of {', '.join(schema.groups)}.")
        files = {args.out / sheet_name(group): data for group, data in sheets(args.engine, groups).items()}
        total = sum(map(len, files.values()))
        if not args.group:
            files[args.out / PAGE] = page(schema, args.engine).encode()
        write_together(files)
        if not args.group:
            for path in surplus(schema, args.out):
                path.unlink()
    except FaceBridgeError as error:
        print(f"parameter_docs: {error}", file=sys.stderr)
        return 1
    print(f"{args.out}: {len(groups)} sheets, {total / 1e6:.2f} MB")
    return 0


def sheets(name: str, groups: list[str]) -> dict[str, bytes]:
    """The groups' sheets, drawn by an engine in this process with its default choices."""
    engine = open_engine(name)
    try:

        def draw(parameters: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
            choices = np.repeat(engine.schema.default_choices[None], len(parameters), 0)
            return engine.render(parameters, choices, RENDER_PX)

        with tqdm(total=sum(len(engine.schema.groups[group]) for group in groups), unit="parameter") as bar:
            return draw_sheets(draw, engine.schema, groups, bar.update)
    finally:
        engine.close()


def page(schema: CharacterSchema, engine: str) -> str:
    """The page's Markdown: a function of the schema alone."""
    command = "python scripts/parameter_docs.py" + ("" if engine == "embedded" else f" --engine {engine}")
    lines = [
        f"# The {schema.count} parameters of {schema.character}",
        "",
        f"Generated from the schema, version {schema.version}, by `{command}`; do not edit.",
        "",
        "Each strip shows one parameter at its minimum, default and maximum and the others at their defaults, as near",
        "as the change allows. A star marks a parameter that has nothing to act on there, such as the colour of a",
        "beard: its strip shows another face.",
        "",
        "| group | parameters |",
        "|---|---|",
        *(f"| [{group}](#{anchor(group)}) | {len(names)} |" for group, names in schema.groups.items()),
    ]
    for group, names in schema.groups.items():
        lines += ["", f"## {group}", "", "| name | label | range | what it does |", "|---|---|---|---|"]
        lines += [_row(schema.parameters[schema.index(name)]) for name in names]
        lines += ["", f"![{group}: each parameter at its minimum, default and maximum]({sheet_name(group)})"]
    if schema.choices:
        lines += ["", "## Choices", "", "| name | options | what it does |", "|---|---|---|"]
        for choice in schema.choices:
            options = ", ".join(f"**{o}**" if o == choice.default else o for o in choice.options)
            lines.append(f"| `{choice.name}` | {options} | {_cell(choice.description)} |")
    return "\n".join(lines) + "\n"


def differences(schema: CharacterSchema, engine: str, out: Path) -> list[str]:
    """What is out of date in a folder, a sentence each."""
    remedy = "run `python scripts/parameter_docs.py`"
    path = out / PAGE
    wanted = page(schema, engine)
    found: list[str] = []
    if not path.is_file():
        found.append(f"there is no {path.name}; {remedy}")
    else:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, (old, new) in enumerate(zip([*lines, ""], wanted.splitlines(), strict=False), 1):
            if old != new:
                found.append(f"line {number} of {path.name} is {old!r}, the schema says {new!r}; {remedy}")
                break
        else:
            if len(lines) != wanted.count("\n"):
                found.append(f"{path.name} has {len(lines)} lines, the schema gives {wanted.count(chr(10))}; {remedy}")
    present = [out / sheet_name(group) for group in schema.groups]
    found += [f"there is no sheet {SHEETS}/{path.name}; {remedy}" for path in present if not path.is_file()]
    found += [f"{SHEETS}/{path.name} shows no group of the schema; {remedy}" for path in surplus(schema, out)]
    total = sum(path.stat().st_size for path in present if path.is_file())
    if total > SHEETS_BYTES:
        found.append(f"the sheets take {total} bytes, at most {SHEETS_BYTES} are wanted; {remedy}")
    return found


def surplus(schema: CharacterSchema, out: Path) -> list[Path]:
    """Sheets of groups that the schema no longer has."""
    wanted = {out / sheet_name(group) for group in schema.groups}
    return sorted(path for path in (out / SHEETS).glob(f"*{SUFFIX}") if path not in wanted)


def sheet_name(group: str) -> str:
    """A group's sheet, relative to the page."""
    return f"{SHEETS}/{anchor(group)}{SUFFIX}"


def anchor(heading: str) -> str:
    """A heading's anchor as GitHub makes it, which also serves as a file name."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _row(parameter: Parameter) -> str:
    ends = f"{parameter.minimum:g} to {parameter.maximum:g}"
    if parameter.default != 0.0:
        ends += f", default {parameter.default:g}"
    return f"| `{parameter.name}` | {_cell(parameter.label)} | {ends} | {_cell(parameter.description)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
