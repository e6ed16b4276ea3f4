"""EditingSession: sliders, choices, locks, views and presets of one character on the stage, without a browser."""

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
from engine_bridge.errors import FaceBridgeError, InputError
from engine_bridge.parameter_diff import search
from engine_bridge.parameter_editor import ParameterEditor
from engine_bridge.parameter_edits import changed_names
from engine_bridge.parameter_file import MAX_NAME_CHARS, Preset, parse_preset, preset_bytes
from engine_bridge.schema import CharacterSchema

CHOICES = "style"
"""The group under which a panel shows the choices, and `names_of` finds them."""


class StageLike(Protocol):
    """What the session needs of a stage."""

    def ask(self, scenery: Scenery) -> int:
        """Want this on the stage."""
        ...


@dataclass(frozen=True)
class Status:
    """The line at the foot of the page."""

    words: str = ""
    kind: str = "quiet"  # "quiet", "busy" or "error"


class EditingSession:
    """One character on the stage, edited by whoever has the page open; any thread may call.

    `listen` registers a callback, called after every change, from the thread that made it, without the lock.
    """

    def __init__(self, schema: CharacterSchema, preset: Preset | None = None) -> None:
        self.schema = schema
        self.editor = ParameterEditor(schema)
        self.name = ""
        self.notes = ""
        self.view = View()
        self.shot: Shot | None = None
        self.status = Status("The engine is starting ...", "busy")
        self.engine = ""
        self._rest: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._stage: StageLike | None = None
        if preset is not None:
            self._take(preset, "opened")
            self.editor = ParameterEditor(schema, preset.character)  # what it began with is no step to undo
            self.editor.load(preset.character, "")
            self.editor.replace_locks(preset.locked)

    def attach(self, stage: StageLike) -> None:
        """Give the session what draws, and ask for the first picture."""
        with self._lock:
            self._stage = stage
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

    # What a page asks -----------------------------------------------------------------------------------------------

    @property
    def aligned(self) -> NDArray[np.uint8] | None:
        """The photo to compare with, (H,W,3), laid over the canonical picture."""
        return None

    @property
    def at_work(self) -> bool:
        """Whether the status line speaks of work that a picture does not end."""
        return False

    def value(self, name: str) -> float | str:
        """A parameter's number or a choice's option, now."""
        character = self.editor.character
        for position, choice in enumerate(self.schema.choices):
            if choice.name == name:
                return choice.options[int(character.choices[position])]
        return float(character.parameters[self.schema.index(name)])

    def names_of(self, group: str, text: str = "") -> tuple[str, ...]:
        """What a panel lists: the hits of a search, or else a group's parameters, or the choices."""
        if text.strip():
            return search(self.schema, text)
        if group == CHOICES:
            return tuple(choice.name for choice in self.schema.choices)
        return self.schema.groups.get(group, ())

    def changed(self) -> frozenset[str]:
        """The names that differ from what `reset` returns to."""
        return frozenset(changed_names(self.schema, self.editor.home, self.editor.character))

    def shown(self, shot: Shot) -> None:
        """A picture is ready; called by the stage."""
        with self._lock:
            self.shot = shot
            if self.status.kind == "busy" and not self.at_work:
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

    def _scenery(self) -> Scenery:
        return without_photo(Scenery(self.editor.character, self.editor.home, self.aligned, self.view))

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
