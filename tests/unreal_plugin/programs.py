"""The plugin's programs, as scripts/test_core.sh builds them without sanitizers."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "core-plain"


def program(name: str) -> Path:
    """The path of a built program; fails naming the command that builds it."""
    path = BUILD / (f"{name}.exe" if os.name == "nt" else name)
    assert path.is_file(), f"{path.relative_to(ROOT)} is not built: run `sh scripts/test_core.sh`"
    return path
