"""The stub headers and the layer's includes and enum values, held against the reflected API of UE 5.6.

The compiler sees to it that the layer uses only what the stub headers declare; this check sees to it that what they
declare of reflected classes is what the engine has: order, number, types and defaults of arguments, properties, enum
values, and the owning header. Which module a header belongs to is judged by lint_modules, from the same index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import declarations
from .declarations import Declared, Function
from .source import Finding, Layer
from .stub_index import Argument, Entry, Index, plain, squash

CHECK = "reflected"
# Declared in NoExportTypes.h for reflection only; their real headers are Core's.
_MIRRORED = "NoExportTypes.h"
# Native functions whose name in Python is taken by their K2_ twin for Blueprint, which has other arguments.
_NATIVE_TWINS_TEXT = """
    AActor::SetActorLocation AActor::SetActorRotation AActor::SetActorTransform UActorComponent::DestroyComponent
    USceneComponent::AttachToComponent USceneComponent::SetRelativeLocation USceneComponent::SetRelativeRotation
    USceneComponent::SetRelativeTransform USceneComponent::SetWorldLocation USceneComponent::SetWorldRotation
    USceneComponent::SetWorldTransform
"""
NATIVE_TWINS = frozenset(_NATIVE_TWINS_TEXT.split())
_ROOTS = {"U": "Object", "A": "Object", "F": "StructBase", "E": "EnumBase"}
_SCALARS = {
    "FName": "Name", "FString": "str", "FText": "Text", "float": "float", "double": "double", "bool": "bool",
    "uint8": "uint8", "int8": "int8", "uint16": "uint16", "int16": "int16", "uint32": "uint32", "int32": "int32",
    "int64": "int64", "uint64": "uint64",
}  # fmt: skip
_NUMBERS = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "uint64", "int"}


@dataclass
class Report:
    """Findings, how much was compared, and what the layer uses that the index does not know."""

    findings: list[Finding] = field(default_factory=list)
    compared: int = 0
    unknown: list[str] = field(default_factory=list)


def check(layer: Layer, index: Index) -> Report:
    """Compare every reflected class that a stub header declares."""
    report = Report()
    words = {word for file in layer.files for word in re.findall(r"\w+", file.bare)}
    for path in layer.stub_files:
        for item in declarations.read(path):
            entry = index.find(item.name)
            # The name alone may be another's: FPaths is no struct, the index's Paths is a library for Blueprint.
            if entry is None or not entry.module or not index.derives(item.name, _ROOTS[item.name[0]]):
                if item.name in words:
                    report.unknown.append(item.name)
                continue
            _compare(layer, index, item, entry, words, report)
    report.unknown = sorted(set(report.unknown))
    return report


def _compare(layer: Layer, index: Index, item: Declared, entry: Entry, words: set[str], report: Report) -> None:
    where = item.path.relative_to(layer.plugin.parent).as_posix()
    if entry.header not in {item.path.name, _MIRRORED, ""}:
        text = f"{item.name} is declared by {entry.header} of module {entry.module}, not by {item.path.name}"
        report.findings.append(Finding(CHECK, where, item.line, text))
    report.compared += 1
    for value, line in item.values:
        if value.endswith("_MAX") or value == "MAX":
            continue
        if not entry.values or squash(value) in entry.values:
            report.compared += 1
        else:
            near = ", ".join(sorted(entry.values))
            text = f"{item.name} has no value {value}; the engine has {near}"
            report.findings.append(Finding(CHECK, where, line, text))
    for name, kind, line in item.properties:
        known = index.property(item.name, name)
        if known is None:
            if name in words:
                report.unknown.append(f"{item.name}::{name}")
            continue
        report.compared += 1
        if not _same(kind, known, index):
            text = f"{item.name}::{name} is {known} in the engine, {kind} here"
            report.findings.append(Finding(CHECK, where, line, text))
    # A struct has no reflected functions; those that Python shows are of libraries for Blueprint.
    functions = [] if item.name[0] == "F" else item.functions
    for function in functions:
        if function.name.startswith(plain(item.name)):
            continue
        known_arguments = index.function(item.name, function.name)
        if known_arguments is None or f"{item.name}::{function.name}" in NATIVE_TWINS:
            if function.name in words:
                report.unknown.append(f"{item.name}::{function.name}")
            continue
        report.compared += 1
        problem = _differs(function, known_arguments, index)
        overloaded = sum(other.name == function.name for other in item.functions) > 1
        if problem and not (overloaded and _any_fits(item, function.name, known_arguments, index)):
            text = f"{item.name}::{function.name}: {problem}"
            report.findings.append(Finding(CHECK, where, function.line, text))


def _any_fits(item: Declared, name: str, known: list[Argument], index: Index) -> bool:
    return any(_differs(other, known, index) is None for other in item.functions if other.name == name)


def _differs(function: Function, known: list[Argument], index: Index) -> str | None:
    """What is not as in the engine; None when all is. Plain references are results in Python."""
    given = [(kind, default) for kind, default in function.parameters if not _is_result(kind)]
    if len(given) != len(known):
        every = function.parameters
        if len(every) != len(known):
            names = ", ".join(f"{argument.type} {argument.name}" for argument in known)
            return f"takes ({names}) in the engine, {len(given)} arguments here"
        given = every
    for place, ((kind, default), argument) in enumerate(zip(given, known, strict=True), 1):
        if not _same(kind, argument.type, index):
            return f"argument {place} is {argument.type} {argument.name} in the engine, {kind} here"
        if (
            argument.default in {"True", "False"}
            and default in {"true", "false"}
            and argument.default.lower() != default
        ):
            return f"argument {place}, {argument.name}, is {argument.default} by default in the engine, {default} here"
        if default is not None and argument.default is None:
            return f"argument {place}, {argument.name}, has no default in the engine, {default} here"
    return None


def _is_result(kind: str) -> bool:
    return kind.endswith("&") and not kind.startswith("const")


def _same(cpp: str, python: str, index: Index) -> bool:
    """Whether a C++ type is the one that the index calls so; unreal-stub writes int and float for their families."""
    kind = re.sub(r"\b(?:const|class|struct|enum|mutable)\b", "", cpp).replace("&", "").strip().rstrip("*").strip()
    kind = re.sub(r"::Type$", "", kind)
    wrapped = re.match(r"^(?:TObjectPtr|TEnumAsByte|TWeakObjectPtr|TSoftObjectPtr)<(.*)>$", kind)
    if wrapped:
        kind = re.sub(r"::Type$", "", wrapped[1].strip().removeprefix("const ").removeprefix("class ").strip())
    array = re.match(r"^TArray<(.*)>$", kind)
    if array:
        inner = re.match(r"^Array\[(.*)\]$", python)
        return bool(inner) and _same(array[1], inner[1] if inner else "", index)
    if kind.startswith("TSubclassOf") or kind == "UClass":
        return python.startswith(("type", "Class", "Type"))
    if kind.startswith(("TMap<", "TSet<")):
        return python.startswith(("Map[", "Set["))
    if kind in _SCALARS:
        wanted = _SCALARS[kind]
        if wanted in _NUMBERS:
            return python in _NUMBERS or python == "bool"
        return python == wanted or {python, wanted} <= {"float", "double"}
    if kind not in index.entries and plain(kind) not in index.entries:
        return True  # A type that is not reflected, or a generic one; nothing to compare.
    return plain(kind) == python or python in {"Object"}
