"""Every declaring line of the headers in the engine's place names its source, and every source says where it is.

A line ends in `// C12`, `// R7` or `// S3`; the row of that id stands in api_evidence.md, api_evidence_runtime.md or
api_evidence_editor.md. A row's source is a public plugin (`owner/repository path:line`), a symbol of unreal-stub
(`unreal-stub 0.3: Class.function`), or a page of Epic's documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .source import Finding, Layer, without_comments
from .stub_index import Index, squash

CHECK = "evidence"
FILES = {"C": "api_evidence.md", "R": "api_evidence_runtime.md", "S": "api_evidence_editor.md"}
_ID = re.compile(r"//\s*([CRS]\d+)\s*$")
_ROW = re.compile(r"^\|\s*([CRS]\d+)\s*\|(.*)\|(.*)\|\s*$")
_PLUGIN = re.compile(r"^[\w.-]+/[\w.-]+ [^\s:]+:\d+(-\d+)?$")
_EPIC = re.compile(r"^https://dev\.epicgames\.com/documentation/\S+$")
_STUB = re.compile(r"^unreal-stub 0\.3: (\w+)(?:\.(\w+))?$")
_NOTHING = re.compile(
    r"^(?:[{}();,\s]*|(?:public|protected|private)\s*:|#\s*(?!define).*|using namespace .*|namespace [\w:]+)$"
)
_SCOPE = re.compile(r"\b(?:class|struct|enum|union|namespace)\b")


@dataclass(frozen=True)
class Row:
    """One entry of an evidence table."""

    id: str
    what: str
    sources: tuple[str, ...]
    path: str
    line: int


def rows(layer: Layer) -> list[Row]:
    """The rows of all evidence tables that exist."""
    found: list[Row] = []
    for name in FILES.values():
        path = layer.plugin / "docs" / name
        if not path.is_file():
            continue
        where = path.relative_to(layer.plugin.parent).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = _ROW.match(line)
            if match:
                sources = tuple(part.strip().strip("`<>") for part in match[3].split(";") if part.strip())
                found.append(Row(match[1], match[2].strip(), sources, where, number))
    return found


def declaring(text: str) -> list[tuple[int, str, str | None]]:
    """(line, code, id) of every line that declares something; not of functions' bodies and continued macros."""
    found: list[tuple[int, str, str | None]] = []
    code = without_comments(text).splitlines()
    depth = 0  # Of braces within a function's body; 0 outside of one.
    head = ""  # What has been read of a declaration that has not ended yet.
    for number, (line, raw) in enumerate(zip(code, text.splitlines(), strict=True), 1):
        stripped = line.strip()
        if stripped.endswith("\\"):
            continue
        opened, closed = stripped.count("{"), stripped.count("}")
        if depth:
            depth += opened - closed
            continue
        if not _NOTHING.match(stripped):
            match = _ID.search(raw)
            found.append((number, stripped, match[1] if match else None))
        if stripped.startswith("#"):
            continue
        head = f"{head} {stripped}"
        if opened > closed:
            before = head.split("{")[0]
            if "(" in before and not _SCOPE.search(_flat(before)):
                depth = opened - closed
        if opened or stripped.endswith(";"):
            head = ""
    return found


def _flat(text: str) -> str:
    """The text without what stands in angle and round brackets."""
    while (shorter := re.sub(r"<[^<>]*>|\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def check(layer: Layer, index: Index | None) -> list[Finding]:
    """Lines without an id, ids without a row, rows without a use, rows twice, and sources that say nothing."""
    found: list[Finding] = []
    table: dict[str, Row] = {}
    for row in rows(layer):
        if row.id in table:
            found.append(Finding(CHECK, row.path, row.line, f"{row.id} stands in line {table[row.id].line} already"))
        if FILES[row.id[0]] != Path(row.path).name:
            found.append(Finding(CHECK, row.path, row.line, f"{row.id} belongs into {FILES[row.id[0]]}"))
        table[row.id] = row
        found += _judge(row, index)
    used: set[str] = set()
    for path in layer.stub_files:
        name = path.relative_to(layer.plugin.parent).as_posix()
        for number, code, mark in declaring(path.read_text(encoding="utf-8")):
            if mark is None:
                found.append(
                    Finding(CHECK, name, number, f"`{code[:60]}` names no evidence: end the line in // C<number>")
                )
            elif mark not in table:
                found.append(Finding(CHECK, name, number, f"{mark} has no row in docs/{FILES[mark[0]]}: write it"))
            else:
                used.add(mark)
    for row in table.values():
        if row.id not in used:
            found.append(Finding(CHECK, row.path, row.line, f"{row.id} is used by no header: remove the row"))
    return found


def _judge(row: Row, index: Index | None) -> list[Finding]:
    found: list[Finding] = []
    if not row.what or not row.sources:
        found.append(Finding(CHECK, row.path, row.line, f"{row.id} says not what it is, or has no source"))
    for source in row.sources:
        stub = _STUB.match(source)
        if stub:
            if index is not None and not _known(index, stub[1], stub[2]):
                found.append(Finding(CHECK, row.path, row.line, f"{row.id}: unreal-stub does not know {source[17:]}"))
        elif not (_PLUGIN.match(source) or _EPIC.match(source)):
            text = (
                f"{row.id}: `{source}` is no source; give owner/repository path:line, unreal-stub 0.3: Class.name or "
            )
            found.append(Finding(CHECK, row.path, row.line, text + "a page of dev.epicgames.com"))
    return found


def _known(index: Index, name: str, member: str | None) -> bool:
    if name not in index.entries:
        return False
    if member is None:
        return True
    wanted = squash(member)
    return any(wanted in {*entry.functions, *entry.properties, *entry.values} for entry in index.lineage(name))
