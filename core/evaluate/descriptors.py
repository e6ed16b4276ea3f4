"""Descriptor files: one vector a photo, by any system, so that all of them can be judged on the same pairs.

A file is an .npz without pickles: `names` (N,) are the photos' paths below the photo folder, with forward slashes, and
`descriptors` (N, D) their vectors, of any length. That is how systems enter whose code and weights are not ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evaluate.npz import read_npz, write_npz
from engine_bridge.errors import InputError


@dataclass(frozen=True)
class Descriptors:
    """A system's name and its vectors (N, D), the row of each photo by its path."""

    system: str
    vectors: NDArray[np.float64]
    row: dict[str, int]

    def of(self, names: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Vectors (len(names), D) and which of them there are; zeros where there is none."""
        rows = np.array([self.row.get(name, -1) for name in names], np.int64)
        there = rows >= 0
        found = np.zeros((len(names), self.vectors.shape[1]))
        found[there] = self.vectors[rows[there]]
        return found, there


def read_descriptors(path: Path) -> Descriptors:
    """The descriptors in a file, under its name without suffix; InputError says what is wrong."""
    try:
        arrays = read_npz(path)
    except ValueError as error:
        raise InputError(f"{path} is no readable descriptor file ({error}); save it with numpy.savez.") from error
    missing = [name for name in ("names", "descriptors") if name not in arrays]
    if missing:
        raise InputError(f"{path} has no array '{missing[0]}', expected names and descriptors.")
    names, vectors = arrays["names"], arrays["descriptors"]
    if names.ndim != 1 or names.dtype.kind != "U":
        raise InputError(f"The names in {path} are {names.dtype} {names.shape}, expected one row of strings.")
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu" or len(vectors) != len(names) or not vectors.size:
        raise InputError(
            f"The descriptors in {path} are {vectors.dtype} {vectors.shape}, expected numbers ({len(names)}, D)."
        )
    broken = ~np.isfinite(vectors).all(1)
    if broken.any():
        raise InputError(f"{path}: the descriptor of '{names[broken][0]}' is not finite; leave that photo out.")
    plain = [str(name).replace("\\", "/").removeprefix("./") for name in names]
    row = {name: number for number, name in enumerate(plain)}
    if len(row) != len(plain):
        twice = next(name for name in plain if plain.count(name) > 1)
        raise InputError(f"{path} names '{twice}' more than once; give each photo one descriptor.")
    return Descriptors(path.stem, vectors.astype(np.float64), row)


def save_descriptors(path: Path, names: Sequence[str], vectors: NDArray[np.floating]) -> None:
    """Write vectors (N, D) of photos as a descriptor file, whole or not at all."""
    write_npz(path, names=np.array(names, dtype=np.str_), descriptors=np.asarray(vectors, np.float32))
