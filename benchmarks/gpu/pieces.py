"""A long job in pieces: commands that share a budget of minutes, and results cut into files small enough to carry."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from core.files import write_atomically
from engine_bridge.errors import InputError

LIST = "pieces.json"
FACEBRIDGE = (sys.executable, "-m", "core.cli")
END_S = 20.0
"""Kept of a budget for ending: a last checkpoint, figures, copies."""


class Budget:
    """Minutes that the commands of one piece may take together."""

    def __init__(self, minutes: float, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._until = now, now() + 60.0 * minutes

    @property
    def left_s(self) -> float:
        """Seconds that a command that begins now may take, END_S held back; at least 0."""
        return max(self._until - self._now() - END_S, 0.0)

    def facebridge(self, *arguments: object, resumes: bool = False) -> bool:
        """Run a facebridge command; whether it came to its end.

        A command that `resumes` is killed when the budget is used up: it loses what was in flight, no more. Raises
        CalledProcessError when it fails.
        """
        command = [*FACEBRIDGE, *(str(argument) for argument in arguments)]
        print("+ facebridge", *command[len(FACEBRIDGE) :], flush=True)
        if self.left_s <= 0:
            return False
        try:
            subprocess.run(command, check=True, timeout=self.left_s if resumes else None)
        except subprocess.TimeoutExpired:
            print("The minutes of this piece are used up; the same command goes on.", flush=True)
            return False
        return True

    def stop_after(self) -> tuple[str, str]:
        """The option that lets a training end itself within what is left."""
        return "--stop-after", f"{self.left_s / 60.0:.3f}"


def cut(paths: Sequence[Path], root: Path, out: Path, piece_bytes: int) -> int:
    """Copy files below `root` into `out` as pieces of at most `piece_bytes`, with a list; the number of pieces."""
    known: list[dict[str, object]] = []
    count = 0
    for path in paths:
        data = path.read_bytes()
        names: list[str] = []
        for start in range(0, max(len(data), 1), piece_bytes):
            names.append(f"piece-{count:03d}")
            write_atomically(out / names[-1], data[start : start + piece_bytes])
            count += 1
        digest = hashlib.sha256(data).hexdigest()
        known.append({"path": path.relative_to(root).as_posix(), "pieces": names, "sha256": digest})
    write_atomically(out / LIST, json.dumps(known, indent=1).encode())
    return count


def join(source: Path, root: Path) -> list[Path]:
    """Put the files of `cut` back below `root`; InputError when a piece is missing or damaged."""
    try:
        known = json.loads((source / LIST).read_text(encoding="utf-8"))
        found: list[Path] = []
        for entry in known:
            path = root / entry["path"]
            if root.resolve() not in path.resolve().parents:
                raise InputError(f"{source / LIST} names {entry['path']}, which lies outside {root}.")
            data = b"".join((source / name).read_bytes() for name in entry["pieces"])
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                raise InputError(f"The pieces of {entry['path']} in {source} are damaged; copy them again.")
            write_atomically(path, data)
            found.append(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{source} holds no whole set of pieces ({error}); copy them again.") from error
    return found
