"""Classes, functions, properties and enum values of a stub header, to be compared with those of the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from .source import arguments, bare, closing

_CLASS = re.compile(
    r"(?:class|struct)\s+(?:[A-Z0-9_]+_API\s+)?([UAF][A-Z]\w*)\s*(?:final\s*)?(?::\s*public\s+(\w+)[^{;]*)?\{"
)
_ENUM = re.compile(r"enum\s+(?:class\s+)?(E\w+)\s*(?::\s*\w+\s*)?\{")
_NAMESPACE_ENUM = re.compile(r"namespace\s+(E\w+)\s*\{\s*enum\s+(?:Type|\w+)\s*(?::\s*\w+\s*)?\{")
_FUNCTION = re.compile(r"^(?P<head>[\w:<>,*&\s]*?[\s*&])(?P<name>[A-Z]\w*)\s*\(")
_PROPERTY = re.compile(r"^(?P<type>[A-Za-z_][\w:<>,*\s]*?[\s*>])(?P<name>[A-Za-z]\w*)\s*(?::\s*\d+)?\s*(?:=.*)?$")


@dataclass
class Function:
    """A member function: name, parameters as (type, default), whether static, and its line."""

    name: str
    parameters: list[tuple[str, str | None]]
    static: bool
    line: int


@dataclass
class Declared:
    """A class, struct or enum of a stub header."""

    name: str
    path: Path
    line: int
    functions: list[Function] = field(default_factory=list)
    properties: list[tuple[str, str, int]] = field(default_factory=list)  # (name, type, line)
    values: list[tuple[str, int]] = field(default_factory=list)  # (name, line)
    enum: bool = False


def read(path: Path) -> list[Declared]:
    """Every class, struct and enum that the header defines."""
    text = bare(path.read_text(encoding="utf-8"))
    found: list[Declared] = []
    for match in _CLASS.finditer(text):
        item = Declared(match[1], path, text.count("\n", 0, match.start()) + 1)
        _members(item, text, match.end() - 1)
        found.append(item)
    for pattern in (_ENUM, _NAMESPACE_ENUM):
        for match in pattern.finditer(text):
            item = Declared(match[1], path, text.count("\n", 0, match.start()) + 1, enum=True)
            for start, end in arguments(text, match.end() - 1):
                value = text[start:end].split("=")[0].strip()
                if value:
                    first = start + len(text[start:end]) - len(text[start:end].lstrip())
                    item.values.append((value, text.count("\n", 0, first) + 1))
            found.append(item)
    return found


def _members(item: Declared, text: str, start: int) -> None:
    """Statements of the class's own level, bodies and nested types left out."""
    end = closing(text, start)
    at = start + 1
    while at < end:
        stop = re.compile(r"[;{}]").search(text, at, end)
        if not stop:
            return
        statement = text[at : stop.start()]
        nested = stop[0] == "{"
        after = closing(text, stop.start()) + 1 if nested else stop.end()
        lead = len(statement) - len(statement.lstrip())
        line = text.count("\n", 0, at + lead) + 1
        _statement(item, _clean(statement), line)
        at = after


def _clean(statement: str) -> str:
    lines = [line for line in statement.splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\b(?:public|protected|private)\s*:", " ", " ".join(lines))
    text = re.sub(r"\bSTUB_\w+_BODY\s*\([^)]*\)", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def _statement(item: Declared, text: str, line: int) -> None:
    if (
        re.match(r"(?:class|struct|enum|using|friend|template|typedef|static_assert|DECLARE_\w+)\b", text)
        or "operator" in text
    ):
        return
    match = _FUNCTION.match(text)
    if match:
        start = match.end() - 1
        spans = arguments(text, start)
        parameters = [_parameter(text[a:b]) for a, b in spans]
        item.functions.append(Function(match["name"], parameters, "static" in match["head"].split(), line))
        return
    match = _PROPERTY.match(text)
    if match and "(" not in text and not re.match(r"(?:static|inline|constexpr|return|extern)\b", text):
        item.properties.append((match["name"], match["type"].strip(), line))


def _parameter(text: str) -> tuple[str, str | None]:
    """(type, default) of one parameter; its name is dropped."""
    head, _, default = text.partition("=")
    head = head.strip()
    match = re.match(r"^(.*[\s*&>])(\w+)$", head)
    kind = match[1] if match and match[1].strip() not in {"const", "class", "struct"} else head
    return kind.strip(), default.strip() if "=" in text else None
