"""Every file of the Unreal layer through the compiler's front end, against the headers in the engine's place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import headers
from .source import CORE, Finding, Layer, SourceFile

CHECK = "syntax"
FLAGS = ("-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused-parameter", "-fdiagnostics-color=never")
_DIAGNOSTIC = re.compile(r"^(?P<path>[^:\n]+):(?P<line>\d+):\d+: (?:fatal )?(?P<kind>error|warning): (?P<text>.*)$")
# Where in the layer a fault within a stub header comes from: said before it for templates, after it for macros.
_ORIGIN = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+):\d+:\s+(?:required from|in .constexpr. expansion|note: in expansion)"
)
# The stub headers declare templates without a body; where a lambda is their argument, g++ wants one at the very end.
_NEVER_DEFINED = re.compile(r"is used but never defined")
_VERSIONS = re.compile(r"ENGINE_MINOR_VERSION|UE_VERSION_(?:OLDER|NEWER)_THAN")


@dataclass(frozen=True)
class Variant:
    """One way in which a file is compiled: inside the editor or in a packaged game, and under which engine."""

    editor: bool = True
    minor: int = 6

    def defines(self) -> list[str]:
        return [f"-DWITH_EDITOR={int(self.editor)}", "-DENGINE_MAJOR_VERSION=5", f"-DENGINE_MINOR_VERSION={self.minor}"]

    def __str__(self) -> str:
        return f"UE 5.{self.minor}, {'editor' if self.editor else 'packaged game'}"


def variants(file: SourceFile) -> list[Variant]:
    """The editor module lives in the editor only; a file that asks for the version is read under three of them."""
    packaged = [] if file.module == "FaceBridgeEditor" else [Variant(editor=False)]
    older = [Variant(minor=4), Variant(minor=7)] if _VERSIONS.search(file.code) else []
    return [Variant(), *packaged, *older]


def check(layer: Layer, build: Path, jobs: int = 2, only: Iterable[Path] | None = None) -> list[Finding]:
    """Compile every file (or those of `only`) in each of its variants; headers also on their own."""
    compiler = os.environ.get("CXX") or "g++"
    if shutil.which(compiler) is None:
        return [Finding(CHECK, compiler, 0, f"the compiler {compiler} was not found; install g++ 11 or set CXX")]
    headers.write(layer, build / "generated")
    chosen = None if only is None else {path.resolve() for path in only}
    files = [file for file in layer.files if chosen is None or file.path.resolve() in chosen]
    work = [(file, variant) for file in files for variant in variants(file)]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        results = pool.map(lambda job: _compile(compiler, layer, build, *job), work)
        return _unique([finding for found in results for finding in found])


def includes(layer: Layer, build: Path, module: str) -> list[str]:
    """-I for a module: its own folders, the public ones of the others below it, generated headers, and the stubs."""
    below = [name for name in (CORE, "FaceBridge", "FaceBridgeEditor") if name != module]
    below = below if module == "FaceBridgeEditor" else [name for name in below if name != "FaceBridgeEditor"]
    source = layer.plugin / "Source"
    folders = [source / module / "Public", source / module / "Private"]
    folders += [source / name / "Public" for name in below]
    folders += [build / "generated" / name for name in (module, *below)]
    return [f"-I{folder}" for folder in [*folders, layer.stubs]]


def _compile(compiler: str, layer: Layer, build: Path, file: SourceFile, variant: Variant) -> list[Finding]:
    names = [path.name for path in sorted((layer.plugin / "Source").iterdir()) if path.is_dir()]
    command = [compiler, *FLAGS, *variant.defines(), *(f"-D{name.upper()}_API=" for name in names)]
    command += ['-DUE_PLUGIN_NAME="FaceBridge"', f'-DUE_MODULE_NAME="{file.module}"']
    command += includes(layer, build, file.module)
    if file.path.suffix == ".h":
        # The pragma would be warned of in a file that is compiled by itself.
        command += ["-include", str(file.path), "-x", "c++", os.devnull]
    else:
        command.append(str(file.path))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = _findings(done.stderr.splitlines(), layer, variant)
    if done.returncode and not found and not _only_undefined(done.stderr):
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        found.append(Finding(CHECK, file.name, 0, f"the compiler failed: {last[0]}"))
    return found


def _findings(lines: Sequence[str], layer: Layer, variant: Variant) -> list[Finding]:
    found: list[Finding] = []
    for number, line in enumerate(lines):
        match = _DIAGNOSTIC.match(line)
        if not match:
            continue
        path, at = Path(match["path"]), int(match["line"])
        if _NEVER_DEFINED.search(match["text"]) and path.is_relative_to(layer.stubs):
            continue
        if not path.is_relative_to(layer.plugin / "Source"):
            path, at = _origin(lines, number, layer) or (path, at)
        name = path.relative_to(layer.plugin.parent).as_posix() if path.is_relative_to(layer.plugin) else str(path)
        found.append(Finding(CHECK, name, at, f"{match['text']} ({variant})"))
    return found


def _origin(lines: Sequence[str], number: int, layer: Layer) -> tuple[Path, int] | None:
    """File and line of the layer that a diagnostic elsewhere comes from; None when the compiler does not say."""
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(lines) and not _DIAGNOSTIC.match(lines[at]):
            match = _ORIGIN.match(lines[at])
            if match and Path(match["path"]).is_relative_to(layer.plugin / "Source"):
                return Path(match["path"]), int(match["line"])
            at += step
    return None


def _only_undefined(output: str) -> bool:
    errors = [line for line in output.splitlines() if ": error: " in line]
    return bool(errors) and all(_NEVER_DEFINED.search(line) for line in errors)


def _unique(findings: list[Finding]) -> list[Finding]:
    """One finding a place and message: headers are read by many files, and most faults show in every variant."""
    seen: dict[tuple[str, int, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.path, finding.line, finding.text.rsplit(" (UE ", 1)[0]), finding)
    return list(seen.values())
