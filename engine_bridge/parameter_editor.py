"""ParameterEditor: one character under an artist's hands, with locks, mirror link, undo and redo; no panel, no engine.

The command line, the slider page and engines' panels behave alike because they ask this class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine_bridge.parameter_edits import (
    Character,
    Edit,
    Edited,
    Rules,
    all_names,
    apply_edit,
    expand_locks,
    restore,
    select,
)
from engine_bridge.schema import CharacterSchema

MOST_STEPS = 500
"""Undo steps kept; at 267 parameters they take half a megabyte."""


@dataclass(frozen=True, eq=False)
class Step:
    """What undo returns to: the character before, what reset led to then, and what was done in words."""

    character: Character
    home: Character
    words: str


class ParameterEditor:
    """Edits one character of a schema; for one thread at a time.

    A gesture is any text that names one movement of a hand, such as the drag of a slider: edits of the same gesture
    that follow each other are one undo step. Locks and the mirror link are settings: undo leaves them as they are.
    """

    def __init__(self, schema: CharacterSchema, character: Character | None = None) -> None:
        self.schema = schema
        self.mirror = False
        """Whether a parameter's mirror partner follows it."""
        self._character = character or Character.neutral(schema)
        self._home = Character.neutral(schema)
        self._locked: frozenset[str] = frozenset()
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._gesture = ""

    @property
    def character(self) -> Character:
        """The character as it is now."""
        return self._character

    @property
    def home(self) -> Character:
        """What `reset` returns to: the neutral character, or what was last loaded or imported."""
        return self._home

    @property
    def locked(self) -> frozenset[str]:
        """Names of the locked parameters and choices."""
        return self._locked

    @property
    def undoable(self) -> str:
        """What `undo` would take back, in words; "" for nothing."""
        return self._undo[-1].words if self._undo else ""

    @property
    def redoable(self) -> str:
        """What `redo` would do again, in words; "" for nothing."""
        return self._redo[-1].words if self._redo else ""

    def edit(self, edit: Edit, gesture: str = "", clamp: bool = False) -> Edited:
        """Apply an edit; raises InputError, leaving everything as it was, for what `apply_edit` refuses."""
        edited = apply_edit(self.schema, self._character, edit, self._rules(clamp))
        self._take(edited, str(edit), gesture)
        return edited

    def set(self, name: str, value: float | str, gesture: str = "") -> Edited:
        """Give one parameter a number (clamped to its range), or one choice an option."""
        edited = apply_edit(self.schema, self._character, Edit(name, "=", value), self._rules(True))
        number = f"{value:+.2f}" if isinstance(value, float | int) else value
        self._take(edited, f"{self._label(name)} {number}", gesture)
        return edited

    def reset(self, target: str = "*", *, neutral: bool = False) -> Edited:
        """Put what is meant ("*": everything) back to `home`, or to the schema's defaults; locked names stay."""
        source = Character.neutral(self.schema) if neutral else self._home
        edited = restore(self.schema, self._character, target, source, self._rules(False))
        self._take(edited, "reset everything" if target == "*" else f"reset {self._label(target)}", "")
        return edited

    def load(self, character: Character, words: str, *, keep_locked: bool = True) -> Edited:
        """Take over a whole character, such as a preset or an import, as one step; `reset` then returns to it.

        Locked names keep their values unless told otherwise; they also stay so in what `reset` returns to.
        """
        rules = self._rules(False) if keep_locked else Rules()
        edited = restore(self.schema, self._character, "*", character, rules)
        self._take(edited, words, "")
        self._home = edited.character
        return edited

    def end_gesture(self) -> None:
        """The hand let go: the next edit is a step of its own, whatever its gesture is called."""
        self._gesture = ""

    def undo(self) -> str:
        """Take the last step back; returns what it was, "" when there is none."""
        return self._go(self._undo, self._redo)

    def redo(self) -> str:
        """Do the last undone step again; returns what it was, "" when there is none."""
        return self._go(self._redo, self._undo)

    def lock(self, *targets: str) -> None:
        """Hold names, groups or wildcards at their present values; raises InputError for an unknown one."""
        self._locked |= expand_locks(self.schema, targets)

    def unlock(self, *targets: str) -> None:
        """Free names, groups or wildcards; raises InputError for an unknown one."""
        self._locked -= expand_locks(self.schema, targets)

    def replace_locks(self, targets: Iterable[str]) -> None:
        """Lock these and nothing else; raises InputError, and changes nothing, for an unknown one."""
        self._locked = expand_locks(self.schema, targets)

    def is_locked(self, target: str) -> bool:
        """Whether all that is meant is locked."""
        return self._locked.issuperset(all_names(self.schema) if target == "*" else select(self.schema, target))

    def _rules(self, clamp: bool) -> Rules:
        return Rules(self._locked, self.mirror, clamp)

    def _take(self, edited: Edited, words: str, gesture: str) -> None:
        if not edited.changed:
            return
        if gesture and gesture == self._gesture and self._undo:
            self._undo[-1] = replace(self._undo[-1], words=words)  # one movement of the hand goes on
        else:
            self._undo.append(Step(self._character, self._home, words))
            del self._undo[:-MOST_STEPS]
        self._gesture = gesture
        self._redo.clear()
        self._character = edited.character

    def _go(self, back: list[Step], forth: list[Step]) -> str:
        self._gesture = ""
        if not back:
            return ""
        step = back.pop()
        forth.append(Step(self._character, self._home, step.words))
        self._character, self._home = step.character, step.home
        return step.words

    def _label(self, target: str) -> str:
        labels = {each.name: each.label for each in (*self.schema.parameters, *self.schema.choices)}
        return labels.get(target, target)
