"""The ten faults that the checks must catch, each found a place in the real code and written into a copy of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import declarations
from .functions import bodies
from .lint_modules import dependencies, module_of
from .lint_objects import on_any_thread
from .lint_undo import kept
from .reflect import parse
from .source import CORE, Layer, SourceFile, arguments
from .stub_index import Index


@dataclass(frozen=True)
class Mutation:
    """One fault: its name, where it is put, what stands there before and after, and the checks that catch it."""

    name: str
    path: Path  # Relative to the plugin's folder.
    start: int
    before: str
    after: str
    caught_by: frozenset[str]

    def apply(self, text: str) -> str:
        end = self.start + len(self.before)
        assert text[self.start : end] == self.before, f"{self.path} is not the file that the fault was made for"
        return text[: self.start] + self.after + text[end:]


class NoPlace(Exception):
    """The code has no place for a fault: the checks of that kind would guard nothing."""


def all_ten(layer: Layer, index: Index) -> list[Mutation]:
    """Every fault, at the first place that the code has for it."""
    return [_first(name, find, layer, index, frozenset(caught)) for name, find, caught in TEN]


_Place = tuple[Path, int, str, str]
_Finder = Callable[[Layer, Index], Iterator[_Place]]


def _first(name: str, find: _Finder, layer: Layer, index: Index, caught: frozenset[str]) -> Mutation:
    for path, start, before, after in find(layer, index):
        return Mutation(name, path.relative_to(layer.plugin), start, before, after, caught)
    raise NoPlace(f"no place for {name!r} in {layer.plugin}: the Unreal layer has no such code")


def _sources(layer: Layer, suffix: str = ".cpp") -> Iterator[SourceFile]:
    return (file for file in layer.files if file.path.suffix == suffix and ".spec." not in file.path.name)


def swapped_arguments(layer: Layer, index: Index) -> Iterator[_Place]:
    """A reflected function whose first two arguments are of two kinds, called with them the other way round."""
    kinds: dict[str, set[tuple[str, str]]] = {}
    for entry in index.entries.values():
        for name, given in entry.functions.items():
            if len(given) >= 2:
                kinds.setdefault(name, set()).add((given[0].type, given[1].type))
    for file in _sources(layer):
        for match in re.finditer(r"(?:->|\.)([A-Z]\w+)\s*\(", file.bare):
            known = kinds.get(match[1].lower())
            if not known or not all("Name" in pair and "float" in pair for pair in known):
                continue
            spans = arguments(file.bare, match.end() - 1)
            if len(spans) < 2:
                continue
            (a, b), (c, d) = spans[:2]
            text = file.text
            yield file.path, a, text[a:d], f"{text[c:d].strip()}{text[b:c]} {text[a:b].strip()}"


def narrow_literal(layer: Layer, index: Index) -> Iterator[_Place]:
    """A literal without TEXT() in a log line."""
    for file in _sources(layer):
        for match in re.finditer(r'\bTEXT\(("(?:\\.|[^"\\])*")\)', file.code):
            if re.search(r"UE_LOG\s*\([^;]*$", file.code[: match.start()]):
                yield file.path, match.start(), match[0], match[1]


def wrong_property(layer: Layer, index: Index) -> Iterator[_Place]:
    """An engine's property by a name that it does not have."""
    items = [item for path in layer.stub_files for item in declarations.read(path)]
    known = {name for item in items for name, _, _ in item.properties if index.property(item.name, name)}
    own = {member.name for file in _sources(layer, ".h") for item in parse(file) for member in item.of("UPROPERTY")}
    for file in _sources(layer):
        for match in re.finditer(r"(?:->|\.)(b?[A-Z]\w+)\s*=(?!=)", file.bare):
            if match[1] in known - own:
                yield file.path, match.start(1), match[1], f"{match[1]}s"


def missing_modify(layer: Layer, index: Index) -> Iterator[_Place]:
    """A write that undo does not know of."""
    for file in _sources(layer):
        for body in bodies(file.bare):
            if body.owner in kept(layer):
                match = re.compile(r"^[ \t]*Modify\(\);\n", re.MULTILINE).search(file.text, body.start, body.end)
                if match:
                    yield file.path, match.start(), match[0], ""


def pointer_without_property(layer: Layer, index: Index) -> Iterator[_Place]:
    """A pointer to a UObject that the garbage collector does not see."""
    for file in _sources(layer, ".h"):
        for match in re.finditer(r"^[ \t]*UPROPERTY\([^\n]*\)\n(?=[ \t]*TObjectPtr<)", file.text, re.MULTILINE):
            yield file.path, match.start(), match[0], ""


def generated_not_last(layer: Layer, index: Index) -> Iterator[_Place]:
    """An include after the .generated.h."""
    for file in _sources(layer, ".h"):
        match = re.search(r'^#include "\w+\.generated\.h"\n', file.text, re.MULTILINE)
        if match:
            yield file.path, match.start(), match[0], f'{match[0]}#include "UObject/Object.h"\n'


def missing_module(layer: Layer, index: Index) -> Iterator[_Place]:
    """A module that an include needs and the Build.cs does not name."""
    for module in layer.modules():
        build = layer.plugin / "Source" / module / f"{module}.Build.cs"
        text = build.read_text(encoding="utf-8")
        needed = {
            module_of(header, index) for file in layer.files if file.module == module for _, header in file.includes
        }
        for name in dependencies(text):
            match = re.search(rf',?\s*"{name}"(?=\s*[,}})\]])', text)
            if match and name in needed and name not in {"Core", "CoreUObject", CORE}:
                yield build, match.start(), match[0], ""


def object_from_the_worker(layer: Layer, index: Index) -> Iterator[_Place]:
    """A UObject touched where the core calls from its own thread."""
    names = sorted(item.name for file in layer.files for item in parse(file) if item.kind == "UCLASS")
    for file, body in on_any_thread(layer):
        if file.path.suffix == ".cpp":
            touched = f"\n\tGetMutableDefault<{names[0]}>()->SaveConfig();"
            yield file.path, body.start, file.text[body.start : body.start + 1], touched + "\n"


def changed_message(layer: Layer, index: Index) -> Iterator[_Place]:
    """A field of the wire by another name on the C++ side."""
    path = layer.plugin / "Source" / CORE / "Public" / CORE / "Messages.h"
    match = re.search(r"FloatArray (parameters);", path.read_text(encoding="utf-8"))
    if match:
        yield path, match.start(1), match[1], "params"


def wrong_enum_value(layer: Layer, index: Index) -> Iterator[_Place]:
    """A value that an enum of the engine does not have."""
    for file in _sources(layer):
        for match in re.finditer(r"\b(E[A-Z]\w+)(?:::Type)?::([A-Z]\w+)\b", file.bare):
            entry = index.find(match[1])
            if entry is not None and entry.base == "EnumBase" and match[2].replace("_", "").lower() in entry.values:
                yield file.path, match.start(2), match[2], f"{match[2]}Always"


TEN: list[tuple[str, _Finder, set[str]]] = [
    ("swapped arguments of a reflected call", swapped_arguments, {"syntax"}),
    ("a narrow string literal", narrow_literal, {"syntax", "narrow"}),
    ("a wrong property name", wrong_property, {"syntax"}),
    ("a missing Modify()", missing_modify, {"modify"}),
    ("a UObject pointer without UPROPERTY", pointer_without_property, {"object-pointer"}),
    (".generated.h not last", generated_not_last, {"generated-last"}),
    ("a module missing in Build.cs", missing_module, {"module"}),
    ("a UObject touched from the worker thread", object_from_the_worker, {"thread"}),
    ("a changed message field", changed_message, {"messages"}),
    ("a wrong enum value", wrong_enum_value, {"syntax"}),
]
