"""Function bodies of a C++ file by brackets alone: names, spans, and the lambdas that are handed to a call."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .source import closing

_NOT_CALLS = {
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "return",
    "sizeof",
    "decltype",
    "alignof",
    "noexcept",
    "else",
    "do",
}
_TAIL = re.compile(r"(?P<name>(?:[A-Za-z_]\w*::)*~?[A-Za-z_]\w*)\s*(?P<open>\()")


@dataclass(frozen=True)
class Body:
    """A function's definition: its name as written (`UFoo::Bar`), its head, and the span inside its braces."""

    name: str
    head: str
    start: int
    end: int

    @property
    def owner(self) -> str:
        """The class before the last `::`, empty for a free function."""
        return self.name.rpartition("::")[0].rpartition("::")[2]

    @property
    def short(self) -> str:
        return self.name.rpartition("::")[2]


def bodies(bare: str) -> list[Body]:
    """Every function that the text defines at the level of a file, a namespace or a class."""
    found: list[Body] = []
    _walk(bare, 0, len(bare), "", found)
    return found


def _walk(bare: str, start: int, end: int, owner: str, found: list[Body]) -> None:
    at = begin = start
    while at < end:
        stop = re.compile(r"[;{}(]").search(bare, at, end)
        if not stop:
            return
        if stop[0] == "(":
            at = closing(bare, stop.start()) + 1
            continue
        if stop[0] != "{":
            at = begin = stop.end()
            continue
        head = bare[begin : stop.start()]
        close = closing(bare, stop.start())
        scope = re.search(
            r"\b(?:class|struct)\s+(?:[A-Z0-9_]+_API\s+)?(\w+)\s*(?:final\s*)?(?::[^:].*)?$", head, re.DOTALL
        )
        match = None if scope else _function(head)
        if match:
            name = match if "::" in match or not owner else f"{owner}::{match}"
            found.append(Body(name, head, stop.start() + 1, close))
        elif re.search(r"\bnamespace\b[\s\w:]*$", head):
            _walk(bare, stop.start() + 1, close, owner, found)
        elif scope:
            _walk(bare, stop.start() + 1, close, scope[1], found)
        elif re.search(r"\)\s*:|,\s*\w+\s*$|:\s*\w+\s*$", head) and "(" in head:
            at = close + 1  # A brace of an initialiser list; the body is still to come.
            continue
        at = begin = close + 1


def _function(head: str) -> str | None:
    """The name that a head defines as a function; None for an initialiser, an enum or anything else."""
    text = re.sub(r"^[ \t]*#.*$", lambda m: " " * len(m[0]), head, flags=re.MULTILINE)
    for match in _TAIL.finditer(text):
        if match["name"] in _NOT_CALLS or match["name"].isupper() or re.match(r"U[A-Z]+$", match["name"]):
            continue
        after = text[closing(text, match.start("open")) + 1 :]
        if "=" in text[: match.start()]:
            return None
        if re.match(r"\s*(?:const|override|final|noexcept|&|->[^:]*|\s)*(?::[^:].*)?$", after, re.DOTALL):
            return match["name"]
    return None


@dataclass(frozen=True)
class Lambda:
    """A lambda within a call's arguments: its captures and the span inside its braces."""

    captures: str
    start: int
    end: int


def lambdas(bare: str, start: int, end: int) -> list[Lambda]:
    """The lambdas of the outermost level between two offsets."""
    found: list[Lambda] = []
    at = start
    while match := re.compile(r"(?<![\w\])])\[([^\[\]]*)\]\s*(?=[({]|mutable|->)").search(bare, at, end):
        brace = bare.find("{", match.end())
        after = match.end()
        if bare[after : after + 1] == "(":
            brace = bare.find("{", closing(bare, after))
        if brace < 0 or brace >= end:
            return found
        close = closing(bare, brace)
        found.append(Lambda(match[1], brace + 1, close))
        at = close + 1
    return found
