"""StudioSession: all that the slider page can do, without a browser; the page calls it and draws what it says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.importing.photos import printable
from core.studio.stage import Shot
from core.studio.views import MODES, Scenery, View, without_photo
from engine_bridge.client import Advice, ImportResult, RefineProgress, RefineResult, Variation
from engine_bridge.errors import FaceBridgeError, InputError
from engine_bridge.parameter_diff import diff, search
from engine_bridge.parameter_editor import ParameterEditor
from engine_bridge.parameter_edits import Character, all_names, compact_locks
from engine_bridge.parameter_file import MAX_NAME_CHARS, Preset, parse_preset, preset_bytes
from engine_bridge.schema import CharacterSchema

MAX_PHOTO_BYTES = 32 << 20
CHOICES = "style"
"""The group under which a panel shows the choices, and `names_of` finds them."""


class StageLike(Protocol):
    """What the session needs of a stage."""

    def ask(self, scenery: Scenery) -> int:
        """Want this on the stage."""
        ...


class ImporterLike(Protocol):
    """What the session needs of an importer; see core.studio.imports.Importer."""

    def import_photo(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        done: Callable[[ImportResult | str], None],
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
    ) -> None: ...

    def cancel(self) -> None: ...


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
    confidence: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Status:
    """The line at the foot of the page."""

    words: str = ""
    kind: str = "quiet"  # "quiet", "busy" or "error"


class StudioSession:
    """One character on the stage, edited by whoever has the page open; any thread may call.

    `listen` registers a callback, called after every change, from the thread that made it, without the lock.
    """

    def __init__(self, schema: CharacterSchema, preset: Preset | None = None) -> None:
        self.schema = schema
        self.editor = ParameterEditor(schema)
        self.name = ""
        self.notes = ""
        self.view = View()
        self.photo: Photo | None = None
        self.shot: Shot | None = None
        self.status = Status("The engine is starting ...", "busy")
        self.engine = ""
        self.service = ""
        self.service_error = ""
        self.can: tuple[str, ...] = ()
        """What the service offers beyond reading photos."""
        self.reading = False
        self.refining: RefineProgress | None = None
        self.searching = False
        self._rest: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._stage: StageLike | None = None
        self._importer: ImporterLike | None = None
        self._asked = 0  # number of the photo or search that is wanted; older answers are dropped
        if preset is not None:
            self._take(preset, "opened")
            self.editor = ParameterEditor(schema, preset.character)  # what it began with is no step to undo
            self.editor.load(preset.character, "")
            self.editor.replace_locks(preset.locked)

    def attach(self, stage: StageLike, importer: ImporterLike | None) -> None:
        """Give the session what draws and what reads photos, and ask for the first picture."""
        with self._lock:
            self._stage, self._importer = stage, importer
        self._changed(picture=True)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this after every change; returns what ends it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    # What the hand does ---------------------------------------------------------------------------------------------

    def set(self, name: str, value: float | str, gesture: str = "") -> None:
        """Move one slider or take one option; a refusal, such as of a lock, is said in the status."""
        self._edit(lambda: self.editor.set(name, value, gesture))

    def end_gesture(self) -> None:
        """The hand let go of a slider."""
        with self._lock:
            self.editor.end_gesture()

    def reset(self, target: str = "*", neutral: bool = False) -> None:
        """Back to what was loaded or imported, or to the neutral character; locked names stay."""
        self._edit(lambda: self.editor.reset(target, neutral=neutral))

    def undo(self) -> None:
        """Take the last step back."""
        self._edit(self.editor.undo)

    def redo(self) -> None:
        """Do the undone step again."""
        self._edit(self.editor.redo)

    def toggle_lock(self, *targets: str) -> None:
        """Lock what is meant, or free it when all of it is locked."""
        with self._lock:
            held = all(self.editor.is_locked(target) for target in targets)
            (self.editor.unlock if held else self.editor.lock)(*targets)
        self._changed()

    def set_mirror(self, on: bool) -> None:
        """Link the two sides of the face."""
        with self._lock:
            self.editor.mirror = on
        self._changed()

    def look(self, **changes: Any) -> None:
        """Change the view: `mode`, `t`, `signed`; raises InputError for an unknown mode."""
        with self._lock:
            if changes.get("mode", self.view.mode) not in MODES:
                raise InputError(f"There is no view '{changes['mode']}', expected one of {', '.join(MODES)}.")
            self.view = replace(self.view, **changes)
        self._changed(picture=True)

    def rename(self, name: str) -> None:
        """What the preset is called."""
        with self._lock:
            self.name = name[:MAX_NAME_CHARS]
        self._changed()

    # Presets --------------------------------------------------------------------------------------------------------

    def preset(self) -> Preset:
        """The character as it would be saved."""
        with self._lock:
            return Preset(self.editor.character, self.name, self.editor.locked, self.notes, dict(self._rest))

    def preset_file(self) -> tuple[str, bytes]:
        """A file name and the bytes of a parameter file."""
        preset = self.preset()
        stem = "".join(char if char.isalnum() or char in " -_." else "-" for char in preset.name).strip(" .")
        return f"{stem[:80] or 'character'}.json", preset_bytes(self.schema, preset)

    def open_preset(self, data: bytes, called: str) -> None:
        """Take over a parameter file, its locks and its name, as one step; a fault is said in the status."""

        def take() -> None:
            self._take(parse_preset(data, self.schema, printable(called)), f"opened {printable(called)}")

        self._edit(take)

    # Photos ---------------------------------------------------------------------------------------------------------

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
            importer.import_photo(data, character, locked, face, lambda answer: self._read(asked, photo, answer))

    def choose_face(self, face: int) -> None:
        """Read another face of the same photo."""
        photo = self.photo
        if photo is not None and photo.face != face:
            self.import_photo(photo.data, photo.name, face)

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

    # What a page asks -----------------------------------------------------------------------------------------------

    def value(self, name: str) -> float | str:
        """A parameter's number or a choice's option, now."""
        character = self.editor.character
        for position, choice in enumerate(self.schema.choices):
            if choice.name == name:
                return choice.options[int(character.choices[position])]
        return float(character.parameters[self.schema.index(name)])

    def position(self, name: str) -> tuple[int, int]:
        """Where a name's value stands: (0, index) among the parameters, (1, index) among the choices."""
        for at, choice in enumerate(self.schema.choices):
            if choice.name == name:
                return 1, at
        return 0, self.schema.index(name)

    def names_of(self, group: str, text: str = "") -> tuple[str, ...]:
        """What a panel lists: the hits of a search, or else a group's parameters, or the choices."""
        if text.strip():
            return search(self.schema, text)
        if group == CHOICES:
            return tuple(choice.name for choice in self.schema.choices)
        return self.schema.groups.get(group, ())

    def changed_in(self, group: str) -> int:
        """How many of a group differ from what `reset` returns to."""
        names = set(self.names_of(group))
        found = diff(self.schema, self.editor.home, self.editor.character)
        return sum(each.name in names for each in (*found.parameters, *found.choices))

    def shown(self, shot: Shot) -> None:
        """A picture is ready; called by the stage."""
        with self._lock:
            self.shot = shot
            if self.status.kind == "busy" and not (self.reading or self.searching):
                self.status = Status()
        self._changed()

    def failed(self, words: str) -> None:
        """The stage could not draw; called by the stage."""
        with self._lock:
            self.status = Status(words, "error")
        self._changed()

    def engine_ready(self, words: str) -> None:
        """The engine runs; called by the stage."""
        self.engine = words
        self._changed()

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

    # ----------------------------------------------------------------------------------------------------------------

    def _edit(self, change: Callable[[], object]) -> None:
        with self._lock:
            before = self.editor.character
            try:
                change()
                if self.status.kind == "error":
                    self.status = Status()
            except FaceBridgeError as error:
                self.status = Status(str(error), "error")
            moved = self.editor.character is not before
        self._changed(picture=moved)

    def _take(self, preset: Preset, words: str) -> None:
        self.editor.load(preset.character, words, keep_locked=False)
        self.editor.replace_locks(preset.locked)
        self.name, self.notes, self._rest = preset.name, preset.notes, dict(preset.rest)

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
                    variations=answer.variations,
                    confidence=answer.confidence,
                )
                self.editor.load(Character(answer.parameters, answer.choices), f"imported {photo.name}")
                self._rest = {"photo": photo.name, "bundle": answer.bundle or self.service}
                self.name = self.name or photo.name.rpartition(".")[0] or photo.name
                took = sum(answer.timings_ms.values())
                self.status = Status(f"Imported {photo.name} in {took:.0f} ms.")
        self._changed(picture=True)

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

    def _scenery(self) -> Scenery:
        photo = None if self.photo is None else self.photo.aligned
        return without_photo(Scenery(self.editor.character, self.editor.home, photo, self.view))

    def _changed(self, picture: bool = False) -> None:
        if picture and self._stage is not None:
            with self._lock:
                scenery = self._scenery()
            self._stage.ask(scenery)
        for callback in tuple(self._listeners):
            callback()


def groups_of(schema: CharacterSchema) -> tuple[str, ...]:
    """Groups as a panel lists them: the choices first, then the schema's own order."""
    return ((CHOICES,) if schema.choices else ()) + tuple(schema.groups)


def has_partner(schema: CharacterSchema, name: str) -> bool:
    """Whether a name is a parameter with a mirror partner; raises InputError for an unknown name."""
    if name not in all_names(schema):
        raise InputError(f"{schema.character} has no parameter '{name}'.")
    return any(parameter.name == name and parameter.mirror is not None for parameter in schema.parameters)
