"""What the installed facebridge declares to need, read from its own metadata, and what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

# Completes the sentence "run `pip install 'facebridge[extra]'` ...".
PURPOSE = {
    "learn": " to import, serve and train",
    "demo": " for the demo's portraits",
    "serve": " for the service's metrics",
    "studio": " for the slider page",
    "ray": " for replicas of the service elsewhere",
    "evaluate": " to judge likeness",
    "asset": " only to build the head asset again",
}

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?\s*(?P<sign>>=|==)\s*(?P<version>[\d.]+)")
_EXTRA = re.compile(r"extra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")


@dataclass(frozen=True)
class Requirement:
    """One declared package; `extra` is empty for what every installation needs."""

    name: str
    sign: str
    version: str
    extra: str

    @property
    def needs(self) -> str:
        """The accepted versions, as written in pyproject.toml."""
        return f"{self.sign}{self.version}"


def parse(text: str) -> Requirement:
    """Read one `Requires-Dist` line; raises ValueError for a form that pyproject.toml does not use."""
    match = _REQUIREMENT.match(text)
    if match is None:
        raise ValueError(f"Cannot read the requirement {text!r}, expected NAME>=VERSION or NAME==VERSION")
    extra = _EXTRA.search(text)
    return Requirement(match["name"], match["sign"], match["version"], extra["extra"] if extra else "")


def declared(distribution: str = "facebridge") -> list[Requirement]:
    """Every declared package, base ones first; empty when the distribution is not installed."""
    try:
        lines = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return []
    return sorted(map(parse, lines), key=lambda requirement: (requirement.extra != "", requirement.extra))


def installed(requirement: Requirement) -> tuple[str | None, bool]:
    """(installed version or None, whether it fits)."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return None, False
    have, need = _numbers(version), _numbers(requirement.version)
    return version, have >= need if requirement.sign == ">=" else have == need


def _numbers(version: str) -> tuple[int, ...]:
    """The release numbers of a version, without local and pre-release parts: 2.13.0+cpu -> (2, 13, 0)."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    parts = tuple(int(part) for part in match[0].split(".")) if match else ()
    return parts + (0,) * (4 - len(parts))
