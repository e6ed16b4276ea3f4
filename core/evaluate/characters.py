"""The characters that a folder of people's photos is imported to: what most instruments look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.align.cache import PhotoCache, build_cache
from core.align.face import ALIGNED_PX
from core.bundle import Bundle
from core.evaluate.people import psnr_db
from core.evaluate.progress import Tell, with_bar
from core.reconstruct import Reconstructor
from core.threads import cores
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError, SchemaMismatch
from engine_bridge.session import EngineSession

_RENDER_BATCH = 16


@dataclass(frozen=True)
class ImportedPeople:
    """N photos of known people and the character that each was imported to, row by row.

    names: the photos' paths in their folder. identity: (N,) the person of each. aligned (N,256,256,3) uint8 and
    points (N,478,3) px: the aligned photos. parameters (N,P) and choices (N,C) of the characters; renders, plain
    and imitated (N,256,256,3) uint8: the engine's pictures of them, the same with the default choices, which are all
    that an imitator knows, and the imitator's. skipped: photos without a face.
    """

    names: tuple[str, ...]
    identity: NDArray[np.integer[Any]]
    aligned: NDArray[np.uint8]
    points: NDArray[np.float32]
    parameters: NDArray[np.float32]
    choices: NDArray[np.uint8]
    renders: NDArray[np.uint8]
    plain: NDArray[np.uint8]
    imitated: NDArray[np.uint8]
    skipped: int

    @property
    def imitator_psnr_db(self) -> NDArray[np.float64]:
        """(N,) how near the imitator's picture is to the engine's, both with the default choices."""
        return np.array([psnr_db(*pair) for pair in zip(self.imitated, self.plain, strict=True)])


def check_folder(photos: Path) -> None:
    """Raises InputError unless there is such a folder."""
    if not photos.is_dir():
        raise InputError(f"There is no folder {photos}; --photos takes a folder with one subfolder a person.")


def check_same_character(bundle: Bundle, engine: str) -> None:
    """Raises SchemaMismatch unless the engine of this name draws the bundle's character."""
    difference = bundle.schema.difference(engine_schema(engine))
    if difference is not None:
        raise SchemaMismatch(f"The bundle is for another character than the engine '{engine}' draws: {difference}")


def import_people(
    photos: Path, cache: Path, bundle: Bundle, engine: str = "embedded", method: str = "reader"
) -> ImportedPeople:
    """Import every photo of a folder with one subfolder a person, and draw the characters.

    `cache` keeps the aligned photos, `method` is one of core.reconstruct.METHODS. Shows progress; raises InputError
    for a folder without usable photos, and EngineError.
    """
    aligned = align_people(photos, cache, bundle)
    reconstructor = Reconstructor(bundle, method=method)

    def draw(tell: Tell) -> ImportedPeople:
        parts: list[tuple[NDArray[Any], ...]] = []
        with EngineSession.start(engine, image_px=ALIGNED_PX) as session:
            for start in range(0, len(aligned.photos), _RENDER_BATCH):
                names = aligned.photos[start : start + _RENDER_BATCH]
                found = list(reconstructor.files([(photos / name).read_bytes() for name in names]))
                for name, result in zip(names, found, strict=True):
                    if isinstance(result, InputError):
                        raise InputError(f"{photos / name} changed since it was aligned: {result}")
                good = [result for result in found if not isinstance(result, InputError)]
                vectors, choices = (np.stack([getattr(r, key) for r in good]) for key in ("parameters", "choices"))
                imitated = np.stack([result.imitator_image for result in good])
                drawn, plain = session.render(vectors, choices), session.render(vectors, None)
                parts.append((vectors, choices, drawn, plain, imitated))
                tell(start + len(names), len(aligned.photos))
        parameters, choices, renders, plain, imitated = (np.concatenate(part) for part in zip(*parts, strict=True))
        return ImportedPeople(
            names=tuple(aligned.photos),
            identity=aligned.identity,
            aligned=aligned.images,
            points=aligned.points,
            parameters=parameters,
            choices=choices,
            renders=renders,
            plain=plain,
            imitated=imitated,
            skipped=len(aligned.skipped),
        )

    return with_bar("import", draw)


def align_people(photos: Path, cache: Path, bundle: Bundle) -> PhotoCache:
    """The aligned photos of a folder, kept in `cache`."""
    return with_bar(
        "align", lambda tell: build_cache(photos, cache, bundle.template, max(1, cores() - 1), progress=tell)
    )
