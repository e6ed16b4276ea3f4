"""What Unreal's header tool refuses in properties and functions: unknown types, overloads, types Blueprint lacks."""

from __future__ import annotations

import re

from .reflect import Member, Reflected, parameters, parse
from .source import Finding, Layer, SourceFile
from .stub_index import Index

# What Blueprint has no type for, in a function or property that Blueprint sees.
_NOT_BLUEPRINT = re.compile(r"\b(?:uint16|uint32|uint64|int8|int16)\b")
# What no property or reflected function may have at all.
_NOT_REFLECTED = re.compile(
    r"\b(?:unsigned|signed|char|short|long|size_t|auto|TSharedPtr|TSharedRef|TUniquePtr|TWeakPtr|TFunction|std::\w+|facebridge::\w+)\b"
)
_NAMED = re.compile(r"\b([UAFE][A-Z][a-z]\w*)\b(?!::)")
_KNOWN = {"FString", "FName", "FText"}
_DELEGATE = re.compile(r"\bDECLARE_DYNAMIC_\w*DELEGATE\w*\s*\(\s*(?:\w+\s*,\s*)?(F\w+)")


def check(layer: Layer, index: Index) -> list[Finding]:
    headers = [file for file in layer.files if file.path.suffix == ".h"]
    types = {file.name: parse(file) for file in headers}
    known = _KNOWN | {item.name for items in types.values() for item in items}
    known |= {match[1] for file in headers for match in _DELEGATE.finditer(file.bare)}
    found: list[Finding] = []
    for file in headers:
        for item in types[file.name]:
            found += _overloads(file, item)
            for member in item.members:
                found += _member(file, member, known, index)
    return found


def _overloads(file: SourceFile, item: Reflected) -> list[Finding]:
    """The engine finds a reflected function by its name alone."""
    seen: set[str] = set()
    found: list[Finding] = []
    for member in item.of("UFUNCTION"):
        if member.name in seen:
            text = f"{item.name} has two reflected functions {member.name}: give one of them another name"
            found.append(file.finding("reflected-type", member.offset, text))
        seen.add(member.name)
    return found


def _member(file: SourceFile, member: Member, known: set[str], index: Index) -> list[Finding]:
    if member.kind == "UFUNCTION":
        texts = [*parameters(member.declaration), member.declaration.split("(")[0]]
    else:
        texts = [re.split(r"[=;\[{]", member.declaration)[0]]
    # The last word of each is a name, and every other one a type.
    texts = [re.sub(r"\w+\s*(?::\s*\d+)?\s*$", "", text.split("=")[0].strip()) for text in texts]
    found: list[Finding] = []
    for text in texts:
        match = _NOT_REFLECTED.search(text)
        if not match and "Blueprint" in member.specifiers:
            match = _NOT_BLUEPRINT.search(text)
        if match:
            problem = f"{member.name}: a reflected member cannot be of {match[0]}"
            found.append(file.finding("reflected-type", member.offset, problem))
        for name in _NAMED.findall(text):
            if name not in known and index.find(name) is None:
                problem = f"{member.name}: {name} is neither reflected here nor in the engine"
                found.append(file.finding("reflected-type", member.offset, problem))
    return found
