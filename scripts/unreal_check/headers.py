"""A header tool of the smallest kind: one X.generated.h per reflected header, tied to file and line like Unreal's own.

GENERATED_BODY() expands to a name made of CURRENT_FILE_ID and its line; only the header's own .generated.h declares it.
"""

from __future__ import annotations

import re
from pathlib import Path

from .reflect import Reflected, parse
from .source import Layer, SourceFile


def write(layer: Layer, folder: Path) -> dict[str, Path]:
    """Write the generated headers under `folder`, one subfolder a module; gives header name -> file."""
    written: dict[str, Path] = {}
    for file in layer.files:
        if file.path.suffix != ".h":
            continue
        types = parse(file)
        if not types:
            continue
        target = folder / file.module / f"{file.path.stem}.generated.h"
        content = generated(file, types)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_text(encoding="utf-8") != content:
            target.write_text(content, encoding="utf-8")
        written[file.path.name] = target
    return written


def generated(file: SourceFile, types: list[Reflected]) -> str:
    """The text of one generated header."""
    mark = re.sub(r"\W", "_", file.name.split("/Source/")[-1])
    guard = f"{file.module.upper()}_{file.path.stem}_generated_h"
    lines = [
        f"// Made from {file.path.name} for the syntax check.",
        f"#ifdef {guard}",
        f"#error \"{file.path.stem}.generated.h already included, missing '#pragma once' in {file.path.name}\"",
        "#endif",
        f"#define {guard}",
        '#include "UObject/Object.h"',
    ]
    for item in types:
        lines += _declaration(item, f"FID_{mark}_{file.line(item.generated)}_GENERATED_BODY")
    lines += ["#undef CURRENT_FILE_ID", f"#define CURRENT_FILE_ID FID_{mark}", ""]
    return "\n".join(lines)


def _declaration(item: Reflected, macro: str) -> list[str]:
    if item.kind == "UENUM":
        if not item.underlying:
            return []
        return [f"enum class {item.name} : {item.underlying};", f"template <> UEnum* StaticEnum<{item.name}>();"]
    if item.generated < 0:
        return [f'#error "{item.name} has no GENERATED_BODY()"']
    if item.kind == "USTRUCT":
        base = f" using Super = {item.base};" if item.base else ""
        return [f"struct {item.name};", f"#define {macro} static UScriptStruct* StaticStruct();{base}"]
    bases = item.base or "UObject"
    body = [
        f"public: using Super = {bases}; using ThisClass = {item.name}; static UClass* StaticClass();",
        f"{item.name}({item.name}&&) = delete; {item.name}(const {item.name}&) = delete;",
        f"{item.name}& operator=({item.name}&&) = delete; {item.name}& operator=(const {item.name}&) = delete;",
    ]
    # Unreal's tool declares the constructor only where the class has none of its own.
    if not re.search(rf"(?<![\w~]){item.name}\s*\(", item.body):
        body.append(f"{item.name}(const FObjectInitializer& Initializer = FObjectInitializer::Get());")
    # A native event's body is written by the class; the function itself by the tool.
    for member in item.of("UFUNCTION"):
        if "BlueprintNativeEvent" in member.specifiers:
            native = re.sub(rf"\b{member.name}\s*\(", f"{member.name}_Implementation(", member.declaration, count=1)
            body.append(f"virtual {re.sub(r'^virtual ', '', native)};")
    return [f"class {item.name};", f"#define {macro} " + " ".join(body) + " private:"]
