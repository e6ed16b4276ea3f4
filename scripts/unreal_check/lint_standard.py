"""Names of the C++ library against the includes, for the syntax check has all of the library before each file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from .source import Finding, Layer, SourceFile

CHECK = "standard-include"
_HEADERS = {
    "array": "array",
    "atomic": "atomic",
    "chrono": "chrono",
    "function": "functional",
    "int16_t": "cstdint",
    "int32_t": "cstdint",
    "int64_t": "cstdint",
    "make_shared": "memory",
    "make_unique": "memory",
    "map": "map",
    "mutex": "mutex",
    "optional": "optional",
    "shared_ptr": "memory",
    "size_t": "cstddef",
    "string": "string",
    "string_view": "string_view",
    "thread": "thread",
    "uint16_t": "cstdint",
    "uint32_t": "cstdint",
    "uint64_t": "cstdint",
    "uint8_t": "cstdint",
    "unique_ptr": "memory",
    "variant": "variant",
    "vector": "vector",
}
# Any of these brings std::size_t along.
_BRINGS_SIZE = {"array", "cstddef", "functional", "map", "memory", "string", "string_view", "vector"}
_ANGLED = re.compile(r"^[ \t]*#[ \t]*include[ \t]+<(\w+)>", re.MULTILINE)


def check(layer: Layer) -> list[Finding]:
    """Files that name something of the library which neither they nor their own and the core's headers include."""
    by_name = {file.path.name: file for file in [*layer.files, *layer.core_headers] if file.path.suffix == ".h"}
    known: dict[str, set[str]] = {}
    found: list[Finding] = []
    for file in layer.files:
        has = _closure(file, by_name, known)
        seen: set[str] = set()
        for match in re.finditer(r"\bstd::(\w+)", file.bare):
            header = _HEADERS.get(match[1])
            if header is None or header in has or header in seen or (header == "cstddef" and has & _BRINGS_SIZE):
                continue
            seen.add(header)
            text = f"std::{match[1]} is named and <{header}> is not included, here or by an included header"
            found.append(file.finding(CHECK, match.start(), text))
    return found


def _closure(file: SourceFile, by_name: dict[str, SourceFile], known: dict[str, set[str]]) -> set[str]:
    """Headers of the C++ library that a file includes, also through the layer's and the core's headers."""
    if file.name not in known:
        known[file.name] = set()  # A header that includes itself through others ends here.
        found = set(_ANGLED.findall(file.code))
        for _, header in file.includes:
            inner = by_name.get(PurePosixPath(header).name)
            if inner is not None:
                found |= _closure(inner, by_name, known)
        known[file.name] = found
    return known[file.name]
