"""StudioSession: all that the slider page can do, without a browser; the page calls it and draws what it says.

To what `editing` has it adds photos: reading them, other readings, and the search for a closer likeness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.importing.photos import printable
from core.studio.editing import EditingSession, StageLike, Status
from engine_bridge.client import Advice, ImportResult, RefineProgress, RefineResult, Variation
from engine_bridge.parameter_edits import Character, compact_locks
from engine_bridge.parameter_file import Preset
from engine_bridge.schema import CharacterSchema

MAX_PHOTO_BYTES = 32 << 20
VARIATIONS = 4


class ImporterLike(Protocol):
    """What the session needs of an importer; see core.studio.imports.Importer."""

    def import_photo(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        done: Callable[[ImportResult | str], None],
        variations: int = 0,
        mirrored: bool = False,
    ) -> None: ...

    def refine(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        progress: Callable[[RefineProgress], None],
        done: Callable[[RefineResult | str], None],
        budget_s: float = 30.0,
        mirrored: bool = False,
    ) -> None: ...

    def cancel(self) -> None: ...


GUESSED = 0.4
"""Correlation between two photos of one person below which a parameter is called a guess: a tenth of them is."""


@dataclass(frozen=True, eq=False)
class Photo:
    """The photo that the character was read from, once it was read, and what the service said about it."""

    name: str
    data: bytes
    aligned: NDArray[np.uint8] | None = None
    faces: int = 0
    face: int = 0
    thumbnails: NDArray[np.uint8] | None = None
    """(F, 64, 64, 3) of the faces to choose from, when there are several."""
    advice: tuple[Advice, ...] = ()
    variations: tuple[Variation, ...] = ()
    guesses: frozenset[str] = frozenset()
    """Parameters of which the photo says so little that people should look for themselves."""


class StudioSession(EditingSession):
    """An EditingSession with a photo beside the character; any thread may call."""

    def __init__(self, schema: CharacterSchema, preset: Preset | None = None) -> None:
        super().__init__(schema, preset)
        self.photo: Photo | None = None
        self.service = ""
        self.service_error = ""
        self.can: tuple[str, ...] = ()
        """What the service offers beyond reading photos."""
        self.reading = False
        self.refining: RefineProgress | None = None
        self.searching = False
        self._importer: ImporterLike | None = None
        self._asked = 0  # number of the photo or search that is wanted; older answers are dropped

    def guessed(self, name: str) -> bool:
        """Whether the photo says little about a parameter."""
        return self.photo is not None and name in self.photo.guesses

    def attach(self, stage: StageLike, importer: ImporterLike | None = None) -> None:
        """Give the session what draws and what reads photos, and ask for the first picture."""
        self._importer = importer
        super().attach(stage)

    @property
    def aligned(self) -> NDArray[np.uint8] | None:
        """The photo as it was read, (H,W,3)."""
        return None if self.photo is None else self.photo.aligned

    @property
    def at_work(self) -> bool:
        """Whether a photo is being read or a search runs."""
        return self.reading or self.searching

    def import_photo(self, data: bytes, called: str, face: int = 0) -> None:
        """Read a photo; locked names keep their values. The answer comes later, a newer photo overtakes it."""
        name = printable(called)
        with self._lock:
            fault = "" if data else f"{name} is empty (0 bytes); choose a file that holds a picture."
            if len(data) > MAX_PHOTO_BYTES:
                fault = f"{name} has {len(data) / 2**20:.1f} MiB, at most {MAX_PHOTO_BYTES >> 20} are read."
            importer = self._importer
            if importer is None:
                fault = fault or "This studio has no import service."
            self._asked += 0 if fault else 1
            asked, character, locked = self._asked, self.editor.character, self._locked()
            self.reading = self.reading or not fault
            self.status = Status(fault, "error") if fault else Status(f"Reading {name} ...", "busy")
        self._changed()
        if not fault and importer is not None:
            photo = Photo(name, data, face=face)
            importer.import_photo(
                data,
                character,
                locked,
                face,
                lambda answer: self._read(asked, photo, answer),
                mirrored=self.editor.mirror,
            )

    def choose_face(self, face: int) -> None:
        """Read another face of the same photo."""
        photo = self.photo
        if photo is not None and photo.face != face:
            self.import_photo(photo.data, photo.name, face)

    def vary(self) -> None:
        """Ask for other readings of the photo; the character stays as it is until one is taken."""
        with self._lock:
            photo, importer = self.photo, self._importer
            if photo is None or importer is None or self.at_work:
                return
            self._asked += 1
            asked, character, locked = self._asked, self.editor.character, self._locked()
            self.reading, self.status = True, Status("Looking for other readings ...", "busy")
        self._changed()
        importer.import_photo(
            photo.data,
            character,
            locked,
            photo.face,
            lambda answer: self._varied(asked, photo, answer),
            VARIATIONS,
            self.editor.mirror,
        )

    def take_variation(self, number: int) -> None:
        """Take another reading of the photo; locked names stay."""
        photo = self.photo
        if photo is not None and 0 <= number < len(photo.variations):
            found = photo.variations[number]
            character = Character(found.parameters, found.choices)
            self._edit(lambda: self.editor.load(character, f"variation {number + 1}"))

    def refine(self) -> None:
        """Search for what looks more like the photo, from here; `stop` keeps the best so far."""
        with self._lock:
            photo, importer = self.photo, self._importer
            if photo is None or importer is None or self.searching:
                return
            self._asked += 1
            asked, character, locked = self._asked, self.editor.character, self._locked()
            self.searching, self.refining = True, None
            self.status = Status("Searching for a closer likeness ...", "busy")
        self._changed()
        importer.refine(
            photo.data,
            character,
            locked,
            photo.face,
            lambda best: self._progress(asked, best),
            lambda answer: self._refined(asked, answer),
            mirrored=self.editor.mirror,
        )

    def stop(self) -> None:
        """End the search, and take the best that it found so far as one step."""
        with self._lock:
            best, importer = self.refining, self._importer
            if not self.searching:
                return
            self._asked += 1
            self.searching, self.refining = False, None
            self.status = Status("The search was stopped; nothing closer was found yet.")
            if best is not None and best.loss < best.loss_before:
                self._take_refined(best.parameters, f"refined, stopped at step {best.step}")
        if importer is not None:
            importer.cancel()
        self._changed(picture=True)

    def service_ready(self, bundle: str, features: tuple[str, ...]) -> None:
        """The import service answers; called by the importer."""
        with self._lock:
            self.service, self.service_error, self.can = bundle, "", features
        self._changed()

    def service_failed(self, words: str) -> None:
        """There is no import service, and why."""
        with self._lock:
            self.service_error = words
        self._changed()

    def _locked(self) -> tuple[str, ...]:
        return compact_locks(self.schema, self.editor.locked)

    def _read(self, asked: int, photo: Photo, answer: ImportResult | str) -> None:
        with self._lock:
            if asked != self._asked:
                return  # a newer photo was dropped in meanwhile
            self.reading = False
            if isinstance(answer, str):
                self.status = Status(f"{photo.name}: {answer}", "error")
            else:
                self.photo = replace(
                    photo,
                    aligned=answer.aligned,
                    faces=answer.faces,
                    face=answer.face,
                    thumbnails=answer.thumbnails,
                    advice=answer.advice,
                    guesses=_guesses(self.schema, answer.confidence),
                )
                self.editor.load(Character(answer.parameters, answer.choices), f"imported {photo.name}")
                self._rest = {"photo": photo.name, "bundle": answer.bundle or self.service}
                self.name = self.name or photo.name.rpartition(".")[0] or photo.name
                took = sum(answer.timings_ms.values())
                self.status = Status(f"Imported {photo.name} in {took:.0f} ms.")
        self._changed(picture=True)

    def _varied(self, asked: int, photo: Photo, answer: ImportResult | str) -> None:
        with self._lock:
            if asked != self._asked:
                return
            self.reading = False
            if isinstance(answer, str):
                self.status = Status(f"{photo.name}: {answer}", "error")
            else:
                self.photo = replace(photo, variations=answer.variations)
                count = len(answer.variations)
                self.status = Status(
                    f"{count} other readings of {photo.name}." if count else "There is no other reading."
                )
        self._changed()

    def _progress(self, asked: int, best: RefineProgress) -> None:
        with self._lock:
            if asked != self._asked or not self.searching:
                return
            self.refining = best
            gained = 1 - best.loss / best.loss_before if best.loss_before else 0.0
            self.status = Status(f"Searching: step {best.step} of {best.steps}, {gained:.0%} closer ...", "busy")
            shown = replace(self._scenery(), character=Character(best.parameters, self.editor.character.choices))
        if self._stage is not None:
            self._stage.ask(shown)
        self._changed()

    def _refined(self, asked: int, answer: RefineResult | str) -> None:
        with self._lock:
            if asked != self._asked or not self.searching:
                return
            self.searching, self.refining = False, None
            if isinstance(answer, str):
                self.status = Status(answer, "error")
            elif answer.kept:
                self._take_refined(answer.parameters, f"refined in {answer.step} steps")
                closer = 1 - answer.loss / answer.loss_before if answer.loss_before else 0.0
                self.status = Status(f"Refined: {closer:.0%} closer, judged by the {answer.judge}.")
            else:
                self.status = Status("Nothing closer to the photo was found; the character stays as it was.")
        self._changed(picture=True)

    def _take_refined(self, parameters: NDArray[np.float32], words: str) -> None:
        self.editor.load(Character(parameters, self.editor.character.choices), words)
        self.status = Status(words.capitalize() + ".")


def _guesses(schema: CharacterSchema, confidence: NDArray[np.float32] | None) -> frozenset[str]:
    if confidence is None:
        return frozenset()
    return frozenset(name for name, value in zip(schema.names, confidence, strict=True) if value < GUESSED)
