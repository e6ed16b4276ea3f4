"""Imports photos, reported in their order: parameters and picture for each, past the bad ones, never half a result."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import write_together
from core.importing.contact_sheet import SheetRow, contact_sheet, failed_row, sheet_row
from core.importing.photos import printable, read_photo_file, result_stems
from core.importing.sheet import compose
from core.importing.sources import Source
from core.importing.table import TableRow, parameter_table
from engine_bridge.client.results import ImportResult, RefineProgress
from engine_bridge.client.wishes import Wishes
from engine_bridge.errors import InputError
from engine_bridge.parameter_edits import Character
from engine_bridge.parameter_file import parameters_document

Draw = Callable[[NDArray[np.float32], NDArray[np.uint8]], NDArray[np.uint8]]
"""Parameters (P,) and choices (C,) -> the engine's picture (256,256,3) uint8 RGB."""
_Found = tuple[list[bytes], ImportResult]
_Read = Callable[[], _Found]
SHEET, TABLE = "contact-sheet.html", "parameters.csv"


@dataclass(frozen=True)
class Outcome:
    """One photo's end: the files written and what the photo was warned about, or the error."""

    photo: Path
    written: tuple[Path, ...]
    warnings: tuple[str, ...]
    error: InputError | None


@dataclass(frozen=True)
class Orders:
    """What is wished for each photo: how it is read, how many refine steps follow (0: none), and who hears of them."""

    wishes: Wishes = field(default_factory=Wishes)
    refine_steps: int = 0
    progress: Callable[[RefineProgress], None] = lambda state: None


@dataclass
class Run:
    """Imports into one folder, with one source and one drawer; what was done is summed up by `write_overview`."""

    out: Path
    source: Source
    draw: Draw | None
    report: Callable[[Outcome], None]
    orders: Orders = field(default_factory=Orders)
    _sheet: list[SheetRow] = field(default_factory=list[SheetRow])
    _table: list[TableRow] = field(default_factory=list[TableRow])
    _interrupted: bool = False

    def each(self, photos: Sequence[Path]) -> int:
        """Import every photo and report each; returns how many could not be used.

        A bad photo is reported and passed over. A full disk, a dead engine or a lost service ends the run by its own
        error: the next photo would meet the same; what was written before stays.
        """
        failed, stems = 0, result_stems(photos, self.out)
        for photo, stem, read in zip(photos, stems, self._reads(photos), strict=True):
            failed += self._one(photo, [photo], stem, read)
        return failed

    def together(self, photos: Sequence[Path]) -> int:
        """Import all photos as one person's; 1 when none can be used, else 0. The result is named after the first."""
        return self._one(photos[0], photos, result_stems(photos, self.out)[0], lambda: self._find(photos, "person"))

    def write_overview(self) -> tuple[Path, ...]:
        """Write the contact sheet and the table of everything imported so far, if anything was."""
        if not self._sheet:
            return ()
        title = f"{len(self._sheet)} imported photo{'s' * (len(self._sheet) != 1)}"
        page = contact_sheet(title, self._sheet, f"Bundle {self.source.bundle}")
        files = {self.out / SHEET: page, self.out / TABLE: parameter_table(self.source.schema, self._table)}
        write_together(files)
        return tuple(files)

    def _reads(self, photos: Sequence[Path]) -> Iterator[_Read]:
        """For each photo what waits for its reading; where the source allows, the next ones are read meanwhile."""
        # A slot each: none supersedes another.
        jobs = [partial(self._find, [photo], f"photo-{number}") for number, photo in enumerate(photos, 1)]
        if self.source.at_once == 1:
            yield from jobs
            return
        with ThreadPoolExecutor(self.source.at_once, "import") as pool:
            ahead: deque[Future[_Found]] = deque()
            try:
                for job in jobs:
                    ahead.append(pool.submit(job))
                    if len(ahead) > self.source.at_once:  # no more than these pictures are held at once
                        yield ahead.popleft().result
                while ahead:
                    yield ahead.popleft().result
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _find(self, files: Sequence[Path], slot: str) -> _Found:
        data = [read_photo_file(path, self.source.max_photo_bytes) for path in files]
        return data, self.source.find(data if len(files) > 1 else data[0], slot, self.orders.wishes)

    def _one(self, photo: Path, files: Sequence[Path], stem: str, read: _Read) -> int:
        name = printable(photo.name)
        try:
            data, found = read()
            found, refined = self._refined(data, found)
        except InputError as error:
            self._sheet.append(failed_row(name, str(error)))
            self._table.append(TableRow(name, None, (), str(error)))
            self.report(Outcome(photo, (), (), error))
            return 1
        pictures = self._pictures(found)
        document = self._document(files, found, refined)
        results = {self.out / f"{stem}.json": _json(document), self.out / f"{stem}.png": compose(pictures)}
        for number, other in enumerate(found.variations, 1):
            varied = parameters_document(self.source.schema, other.parameters, other.choices)
            results[self.out / f"{stem}.variation-{number}.json"] = _json({**varied, "photo": name})
        if found.variations:
            shown = [*pictures[:2], *self._variation_pictures(found)]
            results[self.out / f"{stem}.variations.png"] = compose(shown)
        write_together(results)
        character = Character(found.parameters, found.choices)
        self._sheet.append(sheet_row(name, pictures, found.advice, self.source.schema, character))
        self._table.append(TableRow(name, character, found.warnings))
        self.report(Outcome(photo, tuple(results), found.warnings, None))
        if self._interrupted:
            raise KeyboardInterrupt
        return 0

    def _refined(self, data: Sequence[bytes], found: ImportResult) -> tuple[ImportResult, dict[str, Any]]:
        """The import with refined parameters, and what its file says of that; of several photos by the one that counts
        most."""
        if not self.orders.refine_steps:
            return found, {}
        best = 0 if found.weights is None else int(np.argmax(found.weights))
        states: list[RefineProgress] = []

        def tell(state: RefineProgress) -> None:
            states[:] = [state]
            self.orders.progress(state)

        try:
            result = self.source.refine(data[best], found, self.orders.wishes, self.orders.refine_steps, tell)
        except KeyboardInterrupt:
            if not states:
                raise
            # Whoever stops a search wants what it has found so far; the run ends after this photo.
            self._interrupted, state = True, states[0]
            said: dict[str, Any] = {"steps": state.step, "kept": True, "judge": "imitator", "interrupted": True}
            said |= {"before": state.loss_before, "after": state.loss}
            refined = replace(found, parameters=state.parameters, preview=state.preview, drawn_by="imitator")
            return refined, {"refined": said}
        said = {"steps": result.step, "kept": result.kept, "judge": result.judge}
        said |= {"before": result.loss_before, "after": result.loss}
        preview, drawn_by = (result.preview, "imitator") if result.render is None else (result.render, "engine")
        if preview is None:
            preview, drawn_by = found.preview, found.drawn_by
        timings_ms = {**found.timings_ms, **{f"refine {stage}": ms for stage, ms in result.timings_ms.items()}}
        refined = replace(
            found, parameters=result.parameters, preview=preview, drawn_by=drawn_by, timings_ms=timings_ms
        )
        return refined, {"refined": said}

    def _pictures(self, found: ImportResult) -> list[tuple[str, NDArray[np.uint8]]]:
        pictures = [] if found.aligned is None else [("photo", found.aligned)]
        if found.drawn_by == "engine" and found.preview is not None:
            return [*pictures, ("character", found.preview)]
        if self.draw is not None:
            pictures.append(("character", self.draw(found.parameters, found.choices)))
        if found.preview is not None:
            pictures.append(("imitator", found.preview))
        return pictures

    def _variation_pictures(self, found: ImportResult) -> list[tuple[str, NDArray[np.uint8]]]:
        pictures: list[tuple[str, NDArray[np.uint8]]] = []
        for number, other in enumerate(found.variations, 1):
            drawn = other.preview
            if found.drawn_by != "engine" and self.draw is not None:
                drawn = self.draw(other.parameters, other.choices)
            if drawn is not None:
                pictures.append((f"{number}", drawn))
        return pictures

    def _document(self, files: Sequence[Path], found: ImportResult, refined: dict[str, Any]) -> dict[str, Any]:
        """A parameter file with what it came from; of the photos' paths only their names, for files travel."""
        schema = self.source.schema
        names = [printable(path.name) for path in files]
        document: dict[str, Any] = {
            **parameters_document(schema, found.parameters, found.choices),
            "photo": names[0],
            "bundle": found.bundle or self.source.bundle,
            "faces": found.faces,
            "warnings": list(found.warnings),
            "advice": [{"code": one.code, "severity": one.severity, "words": one.words} for one in found.advice],
            "timings_ms": {stage: round(value, 2) for stage, value in found.timings_ms.items()},
            **refined,
        }
        if found.confidence is not None:
            document["confidence"] = {
                n: round(float(v), 3) for n, v in zip(schema.names, found.confidence, strict=True)
            }
        if found.colours:
            document["colours"] = {name: [round(part, 3) for part in rgb] for name, rgb in found.colours.items()}
        if found.groups:
            document["groups"] = {name: round(share, 3) for name, share in found.groups.items()}
        if found.weights is not None:
            document["photos"] = {
                name: round(float(weight), 3) for name, weight in zip(names, found.weights, strict=True)
            }
        return document


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
