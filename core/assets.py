"""The data files that ship inside the packages, and whether they are the ones that were released."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

# The folder that holds the three packages: a checkout's root, or site-packages.
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine_bridge", "data_capture", "core")
SUMS = ROOT / "core" / "data" / "SHA256SUMS"

# What is written by hand needs no checksum: version control keeps it.
SOURCE_SUFFIXES = frozenset({".py", ".pyi", ".pyc", ".md", ".glsl", ".vert", ".frag"})
SOURCE_NAMES = frozenset({"py.typed", SUMS.name})


@dataclass(frozen=True)
class Asset:
    """One shipped file: its path below the packages' folder, and what is wrong with it (None: nothing)."""

    path: str
    fault: str | None


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def present(root: Path = ROOT) -> list[str]:
    """Every data file of the packages below `root`, as sorted posix paths relative to it."""
    return sorted(
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file()
        and path.suffix not in SOURCE_SUFFIXES
        and path.name not in SOURCE_NAMES
        # Caches, and files that an interrupted conversion left behind.
        and not any(part.startswith((".", "__pycache__")) for part in path.relative_to(root).parts)
    )


def recorded(sums: Path = SUMS) -> dict[str, str]:
    """Path -> SHA-256 as released, from a file in the format of `sha256sum`; empty when there is no such file."""
    if not sums.is_file():
        return {}
    lines = sums.read_text(encoding="utf-8").splitlines()
    return {path: value for value, _, path in (line.partition("  ") for line in lines if line.strip())}


def verify(root: Path = ROOT, sums: Path = SUMS) -> list[Asset]:
    """Compare every recorded file with what lies on the disk."""
    return [Asset(path, _fault(root / path, value)) for path, value in sorted(recorded(sums).items())]


def _fault(path: Path, expected: str) -> str | None:
    if not path.is_file():
        return "is missing"
    try:
        found = digest(path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if found == expected else f"has SHA-256 {found[:12]}, released was {expected[:12]}"
