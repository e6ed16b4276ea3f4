"""Build.cs and .uplugin against the files: the modules that includes need, those that exist, plugins that own them."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath

from .header_modules import HEADERS
from .source import CORE, Finding, Layer, SourceFile, without_comments
from .stub_index import Index

# Needed for linking where others build on them, whether or not a header of theirs is included.
_BASE = {"Core", "CoreUObject", "Engine", "Slate", "SlateCore", "InputCore"}
# Not there in a packaged game.
EDITOR_MODULES = {
    "UnrealEd", "ToolMenus", "DesktopPlatform", "WorkspaceMenuStructure", "LevelEditor", "PropertyEditor", "AssetTools",
    "ContentBrowser", "EditorSubsystem", "EditorStyle",
}  # fmt: skip
# Modules that come with a plugin of the engine, which the .uplugin must name.
PLUGIN_OF = {"ControlRig": "ControlRig", "RigVM": "RigVM"}
_TYPES = {"Runtime", "Editor", "RuntimeNoCommandlet", "Developer", "UncookedOnly", "EditorNoCommandlet", "Program"}
_PHASES = {
    "EarliestPossible",
    "PostConfigInit",
    "PreEarlyLoadingScreen",
    "PreLoadingScreen",
    "PreDefault",
    "Default",
    "PostDefault",
    "PostEngineInit",
    "None",
}


def module_of(header: str, index: Index) -> str | None:
    """The module that owns a header of the engine; None when neither the table nor the index knows it."""
    if header in HEADERS:
        return HEADERS[header]
    modules = index.by_header.get(PurePosixPath(header).name, set())
    if len(modules) == 1:
        return next(iter(modules))
    folders = [key for key in HEADERS if key.endswith("/") and header.startswith(key)]
    return HEADERS[max(folders, key=len)] if folders else None


def check(layer: Layer, index: Index) -> list[Finding]:
    found = _descriptor(layer)
    by_header: dict[str, str | None] = {}
    own = {path.name: path.parent for name in layer.modules() for path in (layer.plugin / "Source" / name).rglob("*.h")}
    for module in layer.modules():
        build = layer.plugin / "Source" / module / f"{module}.Build.cs"
        if not build.is_file():
            found.append(Finding("module", f"{layer.plugin.name}/Source/{module}", 0, f"{module}.Build.cs is missing"))
            continue
        found += _module(layer, module, build, index, by_header, own)
    return found


def dependencies(text: str) -> dict[str, tuple[str, int]]:
    """Module -> (Public or Private, line) out of a Build.cs."""
    found: dict[str, tuple[str, int]] = {}
    code = without_comments(text)
    pattern = re.compile(
        r"\b(Public|Private)DependencyModuleNames\s*\.\s*(?:AddRange|Add)\s*\(([^;]*)\)\s*;", re.DOTALL
    )
    for match in pattern.finditer(code):
        for name in re.finditer(r'"(\w+)"', match[2]):
            line = code.count("\n", 0, match.start(2) + name.start()) + 1
            if name[1] not in found or match[1] == "Public":
                found[name[1]] = (match[1], line)
    return found


def _module(
    layer: Layer, module: str, build: Path, index: Index, by_header: dict[str, str | None], own: dict[str, Path]
) -> list[Finding]:
    found: list[Finding] = []
    where = build.relative_to(layer.plugin.parent).as_posix()
    text = build.read_text(encoding="utf-8")
    declared = dependencies(text)
    needed: set[str] = set()
    implemented = 0
    for file in (file for file in layer.files if file.module == module):
        implemented += len(re.findall(rf"\bIMPLEMENT_(?:GAME_)?MODULE\s*\([^,]+,\s*{module}\s*\)", file.bare))
        for line, header in file.includes:
            owner = _owner(layer, header, index, by_header, own)
            if owner is None:
                problem = f'"{header}" belongs to no known module: add it to scripts/unreal_check/header_modules.py'
                found.append(Finding("module", file.name, line, problem))
            elif owner != module:
                needed.add(owner)
                found += _needs(file, line, header, owner, declared, where)
    if implemented != 1:
        found.append(
            Finding("module", where, 1, f"IMPLEMENT_MODULE(..., {module}) stands {implemented} times in its sources")
        )
    lines = text.splitlines()
    for name, (_, line) in declared.items():
        # A comment beside the name says why a module is linked that no header shows.
        if name not in needed | _BASE and "//" not in lines[line - 1]:
            problem = (
                f"{name} is declared and no file of {module} includes it: remove it, or say why in a comment beside it"
            )
            found.append(Finding("module-unused", where, line, problem))
        if module != "FaceBridgeEditor" and name in EDITOR_MODULES and "bBuildEditor" not in text:
            found.append(Finding("module", where, line, f"{name} is the editor's and {module} runs in games too"))
    return found


def _needs(
    file: SourceFile, line: int, header: str, owner: str, declared: dict[str, tuple[str, int]], where: str
) -> list[Finding]:
    if owner not in declared:
        return [Finding("module", file.name, line, f'"{header}" is of module {owner}, which {where} does not name')]
    if "/Public/" in file.name and declared[owner][0] == "Private" and owner not in _BASE:
        text = f'"{header}" is included by a public header: {owner} must be a public dependency in {where}'
        return [Finding("module", file.name, line, text)]
    return []


def _owner(
    layer: Layer, header: str, index: Index, by_header: dict[str, str | None], own: dict[str, Path]
) -> str | None:
    if header.startswith(f"{CORE}/"):
        return CORE
    name = PurePosixPath(header).name.replace(".generated.h", ".h")
    if name in own:
        parts = own[name].relative_to(layer.plugin / "Source").parts
        return parts[0]
    if header not in by_header:
        by_header[header] = module_of(header, index)
    return by_header[header]


def _descriptor(layer: Layer) -> list[Finding]:
    """The .uplugin: valid JSON, modules that are there, plugins of the modules that are used."""
    path = layer.plugin / "FaceBridge.uplugin"
    where = f"{layer.plugin.name}/{path.name}"
    if not path.is_file():
        return [Finding("uplugin", where, 0, "is missing")]
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        return [Finding("uplugin", where, getattr(problem, "lineno", 0), f"is no JSON: {problem}")]
    found: list[Finding] = []
    listed = [module.get("Name", "") for module in content.get("Modules", [])]
    present = sorted(build.parent.name for build in (layer.plugin / "Source").glob("*/*.Build.cs"))
    for name in sorted({*listed, *present}):
        if listed.count(name) != 1 or name not in present:
            text = f"module {name} stands {listed.count(name)} times in Modules, and its Build.cs " + (
                "exists" if name in present else "does not"
            )
            found.append(Finding("uplugin", where, 0, text))
    for module in content.get("Modules", []):
        if module.get("Type") not in _TYPES or module.get("LoadingPhase") not in _PHASES:
            text = f"{module.get('Name')}: type {module.get('Type')} or phase {module.get('LoadingPhase')} is unknown"
            found.append(Finding("uplugin", where, 0, text))
    enabled = {plugin.get("Name") for plugin in content.get("Plugins", [])}
    for build in (layer.plugin / "Source").glob("*/*.Build.cs"):
        for name, (_, line) in dependencies(build.read_text(encoding="utf-8")).items():
            if name in PLUGIN_OF and PLUGIN_OF[name] not in enabled:
                text = f"{name} comes with the plugin {PLUGIN_OF[name]}, which FaceBridge.uplugin does not enable"
                found.append(Finding("uplugin", build.relative_to(layer.plugin.parent).as_posix(), line, text))
    return found
