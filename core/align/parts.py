"""Parts of a photo cache: what is stored of each photo, written in pieces and joined to one file an array."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.align.face import ALIGNED_PX
from core.perception.geometry import LANDMARKS, MESH_POINTS
from engine_bridge.errors import DatasetError, InputError

ALWAYS: dict[str, tuple[tuple[int, ...], str]] = {
    "images": ((ALIGNED_PX, ALIGNED_PX, 3), "|u1"),
    "points": ((LANDMARKS, 3), "<f4"),
    "identity": ((), "<i4"),
    "embeddings": ((128,), "<f4"),
    "geometry": ((MESH_POINTS, 3), "<f4"),
    "blendshapes": ((52,), "<f4"),
    "yaw": ((), "<f4"),
}
_SINCE: dict[str, tuple[tuple[int, ...], str]] = {
    "face_px": ((), "<f4"),
    "presence": ((), "<f4"),
    "sharpness": ((), "<f4"),
}
STORED = {**ALWAYS, **_SINCE}
"""All arrays that are written; those beyond ALWAYS are measured since quality is judged, and older caches lack them."""
PHOTO_BYTES = sum(int(np.prod(shape)) * np.dtype(dtype).itemsize for shape, dtype in STORED.values())


def write_part(path: Path, results: list[tuple[dict[str, NDArray[Any]], dict[str, str]]]) -> None:
    """Write the arrays of one part's batches, and why photos were left out, whole or not at all."""
    arrays = {key: np.concatenate([batch[key] for batch, _ in results]) for key in (*STORED, "order")}
    skipped = {name: reason for _, reasons in results for name, reason in reasons.items()}
    contents: dict[str, Any] = {**arrays, "skipped": np.array(json.dumps(skipped))}
    temporary = path.with_suffix(".tmp")
    with _whole_file(temporary) as file:
        np.savez(file, **contents)
    os.replace(temporary, path)


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that is flushed to the disk, or gone again with InputError where the disk has no room for it."""
    try:
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise InputError(
            f"Cannot write {path}: {error.strerror or error}; make room and run the same again."
        ) from error


@dataclass(frozen=True)
class Joined:
    """What the parts held beside the large arrays."""

    names: list[str]  # of the photos, in the arrays' order
    skipped: dict[str, str]
    measured: dict[str, NDArray[Any]]  # the arrays of one number a photo


def join_parts(out: Path, paths: list[Path]) -> Joined:
    """Put the arrays of parts into OUT/<name>.npy; DatasetError when no photo could be used."""
    names: list[str] = []
    skipped: dict[str, str] = {}
    for path in paths:
        with np.load(path, allow_pickle=False) as part:
            names += part["order"].tolist()
            skipped |= json.loads(str(part["skipped"]))
    if not names:
        reason = next(iter(skipped.values()))
        raise DatasetError(f"None of the {len(skipped)} photos can be used; of the first it is said: {reason}")
    measured: dict[str, NDArray[Any]] = {}
    for key, (shape, dtype) in STORED.items():
        temporary = out / f"{key}.npy.tmp"
        # Written in order, not through a memory map: that a disk is full, a map says by ending the process.
        with _whole_file(temporary) as file:
            header = {"descr": dtype, "fortran_order": False, "shape": (len(names), *shape)}
            np.lib.format.write_array_header_1_0(file, header)
            for path in paths:
                with np.load(path, allow_pickle=False) as part:
                    file.write(np.ascontiguousarray(part[key], dtype).tobytes())
        os.replace(temporary, out / f"{key}.npy")
        if not shape:
            measured[key] = np.load(out / f"{key}.npy", allow_pickle=False)
    return Joined(names, skipped, measured)
