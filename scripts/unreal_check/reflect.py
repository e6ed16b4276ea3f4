"""What Unreal's header tool sees in a header: classes, structs, enums, properties and functions under their macros."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .source import SourceFile, arguments, closing

_TYPE = re.compile(r"^[ \t]*(UCLASS|USTRUCT|UENUM|UINTERFACE)[ \t]*\(", re.MULTILINE)
_HEAD = re.compile(r"\s*(?:class|struct)\s+(?:[A-Z0-9_]+_API\s+)?(\w+)\s*(?:final\s*)?(?::([^{;]*))?\{")
_ENUM = re.compile(r"\s*(?:enum\s+class\s+(\w+)\s*:\s*(\w+)|enum\s+class\s+(\w+)|namespace\s+(\w+))\s*\{")
_BODY = re.compile(r"\bGENERATED(?:_UCLASS|_USTRUCT)?_BODY\s*\(")
_MEMBER = re.compile(r"\b(UPROPERTY|UFUNCTION)\s*\(")


@dataclass(frozen=True)
class Member:
    """A property or a function: its macro's text, its declaration, and where the macro stands."""

    kind: str
    specifiers: str
    declaration: str
    offset: int

    @property
    def name(self) -> str:
        """The declared name: before the bracket of a function, before `=`, `;` or `[` of a property."""
        head = self.declaration.split("(")[0] if self.kind == "UFUNCTION" else re.split(r"[=;\[{]", self.declaration)[0]
        return re.split(r"\W+", re.sub(r":\s*\d+\s*$", "", head.strip()).strip())[-1]


@dataclass
class Reflected:
    """A reflected type: kind, name, first base, where it stands, its body's span, and its members."""

    kind: str
    name: str
    base: str
    offset: int
    start: int
    end: int
    generated: int  # Offset of GENERATED_BODY, -1 without one.
    underlying: str = ""
    members: list[Member] = field(default_factory=list)
    body: str = ""

    def of(self, kind: str) -> list[Member]:
        return [member for member in self.members if member.kind == kind]


def parse(file: SourceFile) -> list[Reflected]:
    """Every reflected type of a header, in order."""
    found: list[Reflected] = []
    for match in _TYPE.finditer(file.bare):
        after = closing(file.bare, match.end() - 1) + 1
        if match[1] == "UENUM":
            head = _ENUM.match(file.bare, after)
            if head:
                name = head[1] or head[3] or head[4]
                end = closing(file.bare, head.end() - 1)
                found.append(Reflected("UENUM", name, "", match.start(), head.end(), end, -1, head[2] or ""))
            continue
        head = _HEAD.match(file.bare, after)
        if not head:
            continue
        end = closing(file.bare, head.end() - 1)
        base = re.sub(r"\b(public|protected|private|virtual)\b", "", (head[2] or "").split(",")[0]).strip()
        body = _BODY.search(file.bare, head.end(), end)
        item = Reflected(match[1], head[1], base, match.start(), head.end(), end, body.start() if body else -1)
        item.body = file.bare[head.end() : end]
        item.members = _members(file, head.end(), end)
        found.append(item)
    return found


def _members(file: SourceFile, start: int, end: int) -> list[Member]:
    found: list[Member] = []
    for match in _MEMBER.finditer(file.bare, start, end):
        after = closing(file.bare, match.end() - 1) + 1
        stop = re.compile(r"[;{]").search(file.bare, after, end)
        declaration = file.code[after : stop.start() if stop else end].strip()
        found.append(Member(match[1], file.code[match.end() : after - 1], declaration, match.start()))
    return found


def parameters(declaration: str) -> list[str]:
    """The parameter texts of a function's declaration."""
    start = declaration.find("(")
    return [declaration[a:b].strip() for a, b in arguments(declaration, start)] if start >= 0 else []
