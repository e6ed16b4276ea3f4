"""The files of the Unreal layer, their text without comments and literals, and what a check found in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLUGIN = ROOT / "unreal_plugin"
MODULES = ("FaceBridge", "FaceBridgeEditor")
CORE = "FaceBridgeCore"
# The one file of the core that includes Unreal.
CORE_UNREAL_FILES = ("Private/UnrealModule.cpp",)
_TOKENS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<d>[^()\s\\]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![\w'])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Finding:
    """One fault: where, what, and what to do. `check` names the rule that saw it."""

    check: str
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text} [{self.check}]"


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """The text with comments as blanks; every other character keeps its place."""
    return _TOKENS.sub(lambda m: _blank(m[0]) if m[0][0] == "/" else m[0], text)


def bare(text: str) -> str:
    """The text with comments and the insides of literals as blanks; every other character keeps its place."""

    def replace(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] == "/":
            return _blank(found)
        quote = found.index(found[-1])
        return found[: quote + 1] + _blank(found[quote + 1 : -1]) + found[-1]

    return _TOKENS.sub(replace, text)


def closing(text: str, start: int) -> int:
    """Index of the bracket that closes the one at `start`; len(text) when none does. The text must be bare."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    opening, end = text[start], pairs[text[start]]
    depth = 0
    for match in re.compile(f"[{re.escape(opening + end)}]").finditer(text, start):
        depth += 1 if match[0] == opening else -1
        if depth == 0:
            return match.start()
    return len(text)


def arguments(text: str, start: int) -> list[tuple[int, int]]:
    """Spans of the arguments in the brackets that open at `start`, split at commas of the outermost level."""
    end = closing(text, start)
    spans: list[tuple[int, int]] = []
    depth, begin = 0, start + 1
    for index in range(start + 1, end):
        if text[index] in "({[":
            depth += 1
        elif text[index] in ")}]":
            depth -= 1
        elif text[index] == "," and depth == 0:
            spans.append((begin, index))
            begin = index + 1
    if text[begin:end].strip() or spans:
        spans.append((begin, end))
    return spans


class SourceFile:
    """One file: its text as written, its code without comments, and bare of literals as well."""

    def __init__(self, plugin: Path, path: Path) -> None:
        self.path = path
        self.name = path.relative_to(plugin.parent).as_posix()
        self.text = path.read_text(encoding="utf-8")

    @property
    def module(self) -> str:
        """The module that owns the file: the folder under Source."""
        return self.name.split("/Source/")[1].split("/")[0]

    @cached_property
    def code(self) -> str:
        return without_comments(self.text)

    @cached_property
    def bare(self) -> str:
        return bare(self.text)

    @cached_property
    def includes(self) -> list[tuple[int, str]]:
        """(line, header) of every quoted include."""
        found = re.finditer(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', self.code, re.MULTILINE)
        return [(self.line(match.start()), match[1]) for match in found]

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def finding(self, check: str, offset: int, text: str) -> Finding:
        return Finding(check, self.name, self.line(offset), text)


class Layer:
    """The Unreal layer of one plugin folder, read once."""

    def __init__(self, plugin: Path = PLUGIN) -> None:
        self.plugin = plugin
        self.stubs = plugin / "Tests/Unreal/Stubs"

    def modules(self) -> list[str]:
        return [name for name in MODULES if (self.plugin / "Source" / name).is_dir()]

    @cached_property
    def files(self) -> list[SourceFile]:
        """Headers and sources of the two modules, and the core's one file for Unreal."""
        paths = [path for module in self.modules() for path in self._of(module)]
        core = self.plugin / "Source" / CORE
        paths += [core / name for name in CORE_UNREAL_FILES if (core / name).is_file()]
        return [SourceFile(self.plugin, path) for path in paths]

    @cached_property
    def core_headers(self) -> list[SourceFile]:
        """Public headers of the core, which the modules of the layer link with."""
        paths = sorted((self.plugin / "Source" / CORE / "Public").rglob("*.h"))
        return [SourceFile(self.plugin, path) for path in paths]

    def _of(self, module: str) -> Iterator[Path]:
        for path in sorted((self.plugin / "Source" / module).rglob("*")):
            if path.suffix in {".h", ".cpp"}:
                yield path

    @cached_property
    def stub_files(self) -> list[Path]:
        return sorted(self.stubs.rglob("*.h"))
