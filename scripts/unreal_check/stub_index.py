"""The reflected API of UE 5.6 out of the text of PyPI's unreal-stub: read as text, never imported.

The distribution is one file of 26 MB that the engine wrote about itself: classes with their C++ module and header,
functions with argument types in order, properties, and enum values. It is a development tool and is not shipped.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

DISTRIBUTION = "unreal-stub"
VERSION = "0.3"
_CLASS = re.compile(r"^class (\w+)\((\w+)\):")
_FUNCTION = re.compile(r"^    def (\w+)\((.*)\) -> (.+):$")
_PROPERTY = re.compile(r"^    - ``(\w+)`` \((.+?)\): ")
_VALUE = re.compile(r"^    (\w+): \w+ = \.\.\. ?#?:? ?(-?\d+)?")
_MODULE = re.compile(r"^    - \*\*Module\*\*: (\w+)")
_HEADER = re.compile(r"^    - \*\*File\*\*: (\S+)")


class StubMissing(Exception):
    """unreal-stub is not installed, or not the version that the checks know."""


@dataclass
class Argument:
    """One argument: its Python type and its default's text, None without one."""

    name: str
    type: str
    default: str | None


@dataclass
class Entry:
    """What the index knows of one class, struct or enum. Names are squashed: small letters without underscores."""

    base: str
    module: str = ""
    header: str = ""
    functions: dict[str, list[Argument]] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    values: dict[str, int | None] = field(default_factory=dict)


def squash(name: str) -> str:
    """What `SetMorphTarget` and `set_morph_target` have in common."""
    return name.replace("_", "").lower()


def plain(name: str) -> str:
    """A C++ type's name as the index has it: without the letter that tells its kind."""
    return name[1:] if len(name) > 1 and name[0] in "UAFEST" and name[1].isupper() else name


class Index:
    """Looks up classes, and functions and properties with those of the bases."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self.entries = entries

    def find(self, cpp_name: str) -> Entry | None:
        return self.entries.get(plain(cpp_name))

    def lineage(self, cpp_name: str) -> list[Entry]:
        """The class and its reflected bases, the class first; what Python adds below them is left out."""
        found: list[Entry] = []
        name = plain(cpp_name)
        while (entry := self.entries.get(name)) is not None and entry.module:
            found.append(entry)
            name = entry.base
        return found

    def derives(self, cpp_name: str, root: str) -> bool:
        """Whether a class is `root` or comes from it."""
        name = plain(cpp_name)
        while name != root:
            entry = self.entries.get(name)
            if entry is None:
                return False
            name = entry.base
        return True

    def function(self, cpp_class: str, name: str) -> list[Argument] | None:
        wanted = squash(name.removeprefix("K2_"))
        for entry in self.lineage(cpp_class):
            if wanted in entry.functions:
                return entry.functions[wanted]
        return None

    def property(self, cpp_class: str, name: str) -> str | None:
        names = {squash(name)}
        if re.match(r"b[A-Z]", name):
            names.add(squash(name[1:]))
        for entry in self.lineage(cpp_class):
            for wanted in names:
                if wanted in entry.properties:
                    return entry.properties[wanted]
        return None

    @functools.cached_property
    def by_header(self) -> dict[str, set[str]]:
        """Header file -> modules that have reflected types in a header of that name."""
        found: dict[str, set[str]] = {}
        for entry in self.entries.values():
            if entry.header:
                found.setdefault(entry.header, set()).add(entry.module)
        return found


def locate() -> Path:
    """The file unreal.py of the installed distribution; StubMissing when there is none or another version."""
    try:
        distribution = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        raise StubMissing(
            f"{DISTRIBUTION} is not installed, which reflected names are checked against: run "
            f"`pip install {DISTRIBUTION}=={VERSION}`, or give its unreal.py with --unreal-stub"
        ) from None
    if distribution.version != VERSION:
        raise StubMissing(
            f"{DISTRIBUTION} {distribution.version} is installed, the checks know {VERSION}: install that"
        )
    path = Path(str(distribution.locate_file("unreal/unreal.py")))
    if not path.is_file():
        raise StubMissing(f"{path} is missing though {DISTRIBUTION} is installed: install {DISTRIBUTION} again")
    return path


def load(path: Path, cache: Path) -> Index:
    """The index of `path`; kept as JSON under `cache` for the next time."""
    kept = cache / f"unreal-stub-{path.stat().st_size}-{path.stat().st_mtime_ns}.json"
    if kept.is_file():
        return Index({name: _entry(value) for name, value in json.loads(kept.read_text(encoding="utf-8")).items()})
    entries = read(path.read_text(encoding="utf-8-sig"))
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_text(json.dumps({name: asdict(entry) for name, entry in entries.items()}), encoding="utf-8")
    partial.replace(kept)
    return Index(entries)


def _entry(value: dict[str, object]) -> Entry:
    entry = Entry(**value)  # pyright: ignore[reportArgumentType]  # asdict wrote it.
    functions = value["functions"]
    assert isinstance(functions, dict)
    entry.functions = {name: [Argument(**item) for item in items] for name, items in functions.items()}
    return entry


def read(text: str) -> dict[str, Entry]:
    """Every class of the text, in one pass over its lines."""
    entries: dict[str, Entry] = {}
    entry = Entry("")
    for line in text.splitlines():
        if line.startswith("class "):
            match = _CLASS.match(line)
            if match:
                entry = entries.setdefault(match[1], Entry(match[2]))
        elif line.startswith("    def "):
            match = _FUNCTION.match(line)
            if match:
                entry.functions.setdefault(squash(match[1]), _arguments(match[2]))
        elif line.startswith("    - ``"):
            match = _PROPERTY.match(line)
            if match:
                entry.properties[squash(match[1])] = match[2]
        elif line.startswith("    - **"):
            if match := _MODULE.match(line):
                entry.module = match[1]
            elif match := _HEADER.match(line):
                entry.header = match[1]
        elif entry.base == "EnumBase" and (match := _VALUE.match(line)):
            entry.values[squash(match[1])] = int(match[2]) if match[2] is not None else None
    return entries


def _arguments(text: str) -> list[Argument]:
    found: list[Argument] = []
    for part in _split(text):
        name, _, rest = part.partition(":")
        if name.strip() in {"self", "cls"}:
            continue
        type_text, _, default = rest.partition("=")
        found.append(Argument(name.strip(), type_text.strip(), default.strip() if "=" in rest else None))
    return found


def _split(text: str) -> list[str]:
    """The parts between commas of the outermost level."""
    parts: list[str] = []
    depth, begin = 0, 0
    for index, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[begin:index])
            begin = index + 1
    return [part.strip() for part in [*parts, text[begin:]] if part.strip()]
