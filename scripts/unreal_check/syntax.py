"""Every file of the Unreal layer through the compiler's front end, against the headers in the engine's place."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import headers
from .source import CORE, ROOT, Finding, Layer, SourceFile

CHECK = "syntax"
COMPILER = "g++"
OLDEST_GCC = 11  # The first whose C++20 the stub headers compile with.
OLDEST, NEWEST = 4, 7  # Minor versions of UE 5 that docs/unreal.md names.
FLAGS = (
    "-std=c++20",
    "-fsyntax-only",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
    # Unreal's build tool makes errors of these two.
    "-Wshadow",
    "-Wundef",
    "-fdiagnostics-color=never",
)
_DIAGNOSTIC = re.compile(r"^(?P<path>[^:\n]+):(?P<line>\d+):\d+: (?:fatal )?(?P<kind>error|warning): (?P<text>.*)$")
_STANDARD = re.compile(r"^[ \t]*#[ \t]*include[ \t]+<(\w+)>", re.MULTILINE)
# Where in the layer a fault within a stub header comes from: said before it for templates, after it for macros.
_ORIGIN = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+):\d+:\s+(?:required from|in .constexpr. expansion|note: in expansion)"
)
# The stub headers declare templates without a body; where a lambda is their argument, g++ wants one at the very end.
_NEVER_DEFINED = re.compile(r"is used but never defined")


@dataclass(frozen=True)
class Variant:
    """One way in which a file is compiled: inside the editor or in a packaged game, and under which engine."""

    editor: bool = True
    minor: int = 6
    unity: bool = False

    def defines(self) -> list[str]:
        return [f"-DWITH_EDITOR={int(self.editor)}", "-DENGINE_MAJOR_VERSION=5", f"-DENGINE_MINOR_VERSION={self.minor}"]

    def __str__(self) -> str:
        joined = ", all files of the module as one" if self.unity else ""
        return f"UE 5.{self.minor}, {'editor' if self.editor else 'packaged game'}{joined}"


@functools.cache
def compiler() -> str | None:
    """GCC's path; None without it. Others word their messages differently, and macOS has Clang under the same name."""
    path = shutil.which(COMPILER)
    if path is None:
        return None
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.search(r"\b(\d+)\.\d+\.\d+", told.splitlines()[0]) if "Free Software Foundation" in told else None
    return path if major and int(major[1]) >= OLDEST_GCC else None


def check(
    layer: Layer, build: Path, jobs: int = os.cpu_count() or 2, only: Iterable[Path] | None = None
) -> list[Finding]:
    """Compile every file by itself, then each module as one in every variant; with `only`, just those files."""
    found = compiler()
    if found is None:
        return [Finding(CHECK, COMPILER, 0, "GCC 11 or later was not found under this name; install g++")]
    headers.write(layer, build / "generated")
    start = _Start(found, standard(layer, found), layer, build)
    if only is None:
        # The longest first, so that no compiler waits for the last one.
        work = unity(layer, build)
        work += [(file.path, file.module, Variant()) for file in layer.files if not _is_first_include(layer, file)]
    else:
        chosen = {path.resolve() for path in only}
        work = [(file.path, file.module, Variant()) for file in layer.files if file.path.resolve() in chosen]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        results = pool.map(lambda job: _compile(start, *job), work)
        return _unique([finding for found in results for finding in found])


def _is_first_include(layer: Layer, file: SourceFile) -> bool:
    """Whether a source of the header's name includes it before anything else, which shows that it stands by itself."""
    if file.path.suffix != ".h":
        return False
    twins = [other for other in layer.files if other.path.stem == file.path.stem and other.path.suffix == ".cpp"]
    return any(twin.includes and Path(twin.includes[0][1]).name == file.path.name for twin in twins)


def unity(layer: Layer, build: Path) -> list[tuple[Path, str, Variant]]:
    """One file per module that includes all of its sources, which is how Unreal's build tool compiles small modules.

    Names that two sources define for themselves meet there, and so does a macro that one leaves behind. The editor
    module lives in the editor only; each is read as the oldest and the newest engine that the plugin is for, too.
    """
    made: list[tuple[Path, str, Variant]] = []
    for module in sorted({file.module for file in layer.files if file.path.suffix == ".cpp"}):
        sources = [file.path for file in layer.files if file.module == module and file.path.suffix == ".cpp"]
        path = build / "unity" / f"{module}.cpp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f'#include "{source}"\n' for source in sources), encoding="utf-8")
        variants = [Variant(unity=True), Variant(minor=OLDEST, unity=True), Variant(minor=NEWEST, unity=True)]
        if module != "FaceBridgeEditor":
            variants.append(Variant(editor=False, unity=True))
        made += [(path, module, variant) for variant in variants]
    return made


def standard(layer: Layer, gcc: str) -> Path:
    """A header with all of the C++ library that the layer and the core include, compiled once and kept.

    Half of a file's time goes into the library. Whether each file includes what it names of it, lint_standard judges.
    """
    texts = [file.code for file in [*layer.files, *layer.core_headers]]
    lines = [f"#include <{name}>" for name in sorted({name for text in texts for name in _STANDARD.findall(text)})]
    flags = [flag for flag in FLAGS if flag != "-fsyntax-only"]
    key = hashlib.sha256("\n".join([gcc, *flags, *lines]).encode()).hexdigest()[:12]
    path = ROOT / "build/unreal" / f"standard-{key}.h"
    made = path.with_suffix(".h.gch")
    if not made.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "\n".join([f"#ifndef STANDARD_{key}", f"#define STANDARD_{key}", *lines, "#endif", ""]), "utf-8"
        )
        partial = path.with_suffix(f".{os.getpid()}")
        subprocess.run([gcc, *flags, "-x", "c++-header", str(path), "-o", str(partial)], check=False)
        if partial.is_file():
            partial.replace(made)
    return path


def includes(layer: Layer, build: Path, module: str) -> list[str]:
    """-I for a module: its own folders, the public ones of the others below it, generated headers, and the stubs."""
    below = [name for name in (CORE, "FaceBridge", "FaceBridgeEditor") if name != module]
    below = below if module == "FaceBridgeEditor" else [name for name in below if name != "FaceBridgeEditor"]
    source = layer.plugin / "Source"
    folders = [source / module / "Public", source / module / "Private"]
    folders += [source / name / "Public" for name in below]
    folders += [build / "generated" / name for name in (module, *below)]
    return [f"-I{folder}" for folder in [*folders, layer.stubs]]


@dataclass(frozen=True)
class _Start:
    """What every call of the compiler has in common."""

    compiler: str
    standard: Path
    layer: Layer
    build: Path


def _compile(start: _Start, path: Path, module: str, variant: Variant) -> list[Finding]:
    layer = start.layer
    names = [path.name for path in sorted((layer.plugin / "Source").iterdir()) if path.is_dir()]
    command = [start.compiler, *FLAGS, *variant.defines(), *(f"-D{name.upper()}_API=" for name in names)]
    command += ['-DUE_PLUGIN_NAME="FaceBridge"', f'-DUE_MODULE_NAME="{module}"']
    command += [*includes(layer, start.build, module), "-include", str(start.standard)]
    if path.suffix == ".h":
        # The pragma would be warned of in a file that is compiled by itself.
        command += ["-include", str(path), "-x", "c++", os.devnull]
    else:
        command.append(str(path))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = _findings(done.stderr.splitlines(), layer, variant)
    if done.returncode and not found and not _only_undefined(done.stderr):
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        found.append(Finding(CHECK, str(path), 0, f"the compiler failed: {last[0]}"))
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
    # What a file by itself shows is told of it, not of the whole module.
    for finding in sorted(findings, key=lambda finding: "as one" in finding.text):
        seen.setdefault((finding.path, finding.line, finding.text.rsplit(" (UE ", 1)[0]), finding)
    return list(seen.values())
