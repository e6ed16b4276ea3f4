"""Imports photos one after another: parameters and picture for each, past the bad ones, never half a result."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import write_together
from core.importing.photos import printable, read_photo_file, result_stems
from core.importing.sheet import compose
from core.importing.sources import Found, Source
from engine_bridge.errors import InputError
from engine_bridge.parameter_file import parameters_document

Draw = Callable[[NDArray[np.float32], NDArray[np.uint8]], NDArray[np.uint8]]
"""Parameters (P,) and choices (C,) -> the engine's picture (256,256,3) uint8 RGB."""


@dataclass(frozen=True)
class Outcome:
    """One photo's end: the files written and what the photo was warned about, or the error."""

    photo: Path
    written: tuple[Path, ...]
    warnings: tuple[str, ...]
    error: InputError | None


def import_photos(
    photos: Sequence[Path], out: Path, source: Source, draw: Draw | None, report: Callable[[Outcome], None]
) -> int:
    """Import every photo into `out` and report each; returns how many could not be used.

    A bad photo is reported and passed over. A full disk, a dead engine or a lost service ends the run by its own
    error: the next photo would meet the same; what was written before stays.
    """
    failed = 0
    for number, (photo, stem) in enumerate(zip(photos, result_stems(photos, out), strict=True), 1):
        try:
            data = read_photo_file(photo, source.max_photo_bytes)
            found = source.find(data, f"photo-{number}")  # a slot each: none supersedes another
        except InputError as error:
            failed += 1
            report(Outcome(photo, (), (), error))
            continue
        pictures = [("photo", found.aligned)]
        if draw is not None:
            pictures.append(("character", draw(found.parameters, found.choices)))
        pictures.append(("imitator", found.imitator_image))
        document = _document(source, photo, found)
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        results = {out / f"{stem}.json": text.encode("utf-8"), out / f"{stem}.png": compose(pictures)}
        write_together(results)
        report(Outcome(photo, tuple(results), found.warnings, None))
    return failed


def _document(source: Source, photo: Path, found: Found) -> dict[str, Any]:
    """A parameter file with what it came from; of the photo's path only its name, for files travel."""
    return {
        **parameters_document(source.schema, found.parameters, found.choices),
        "photo": printable(photo.name),
        "bundle": source.bundle,
        "faces": found.faces,
        "warnings": list(found.warnings),
        "timings_ms": {stage: round(value, 2) for stage, value in found.timings_ms.items()},
    }
