"""From a photo's bytes to an aligned face: one photo alone, or several together where the networks gain from it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.align.face import AlignedFace, align_photo, align_photos
from core.perception.geometry import LandmarkNet
from core.photo import Photo, read_photo
from engine_bridge.errors import InputError


@dataclass(frozen=True, eq=False)
class Seen:
    """A photo whose face was found: the picture (H,W,3) uint8, the face, what was unusual about the file, and times."""

    rgb: NDArray[np.uint8]
    face: AlignedFace
    notes: tuple[str, ...]
    timings_ms: dict[str, float]


def see(data: bytes, template: NDArray[np.float32], net: LandmarkNet, face: int = 0) -> Seen:
    """Decode a photo and align one of its faces, 0 the largest; InputError says why it cannot be used."""
    started = time.perf_counter()
    photo = read_photo(data)
    decoded = time.perf_counter()
    found = align_photo(photo.rgb, template, net, face)
    timings_ms = {"decode": (decoded - started) * 1000, "align": (time.perf_counter() - decoded) * 1000}
    return Seen(photo.rgb, found, photo.warnings, timings_ms)


def see_together(
    files: Sequence[bytes], template: NDArray[np.float32], net: LandmarkNet, faces: Sequence[int], pool: Executor
) -> list[Seen | InputError]:
    """The same of several photos, each with its face, or the error that says why it cannot be used.

    `pool` decodes them beside each other; the networks take them together. Times are each photo's share.
    """
    started = time.perf_counter()
    opened = list(pool.map(_read, files))
    decoded = time.perf_counter()
    photos = [one for one in opened if isinstance(one, Photo)]
    wanted = [face for one, face in zip(opened, faces, strict=True) if isinstance(one, Photo)]
    aligned = iter(align_photos([photo.rgb for photo in photos], template, net, wanted))
    timings_ms = {
        "decode": (decoded - started) * 1000 / max(1, len(files)),
        "align": (time.perf_counter() - decoded) * 1000 / max(1, len(photos)),
    }
    seen: list[Seen | InputError] = []
    for one in opened:
        if isinstance(one, InputError):
            seen.append(one)
            continue
        face = next(aligned)
        seen.append(face if isinstance(face, InputError) else Seen(one.rgb, face, one.warnings, dict(timings_ms)))
    return seen


def _read(data: bytes) -> Photo | InputError:
    try:
        return read_photo(data)
    except InputError as error:
        return error
