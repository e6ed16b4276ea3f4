"""Edits of a character as data: which parameters are meant, what is done to them, and what locks and ranges say to it.

An edit's target is the name of a parameter or a choice, a group, a wildcard such as `eye.*.size`, or `GROUP.*`. A named
parameter that is locked or would leave its range is refused in words; of many, the locked ones are passed over and
listed.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal

from engine_bridge.errors import InputError
from engine_bridge.schema import Bytes, CharacterSchema, Choice, Floats, Parameter

Operation = Literal["=", "+=", "-="]
RESET = "default"
"""The value that puts a parameter or choice back to the schema's default."""
_EDIT = re.compile(r"\s*(?P<target>[^=+]*?[^=+\-\s])\s*(?P<operation>\+=|-=|=)\s*(?P<value>.*?)\s*", re.DOTALL)
_WILD = re.compile(r"[*?\[]")
_TOLERANCE = 1e-6  # float32's rounding of a range's end is no step beyond it


@dataclass(frozen=True, eq=False)
class Character:
    """One character: parameters (P,) float32 in schema order, and choices (C,) uint8."""

    parameters: Floats
    choices: Bytes

    @classmethod
    def neutral(cls, schema: CharacterSchema) -> Character:
        """The schema's defaults."""
        return cls(schema.defaults.copy(), schema.default_choices.copy())

    def same(self, other: Character) -> bool:
        """Whether both hold equal values."""
        equal = (self.parameters == other.parameters).all() and (self.choices == other.choices).all()
        return bool(equal)


@dataclass(frozen=True)
class Edit:
    """One wish: what is meant, what is done to it, and a number, an option, or "default"."""

    target: str
    operation: Operation
    value: float | str

    def __str__(self) -> str:
        value = f"{self.value:g}" if isinstance(self.value, float) else self.value
        return f"{self.target}{self.operation}{value}"


@dataclass(frozen=True)
class Rules:
    """What holds during edits: names that keep their values, partners that follow, and what an overshoot does."""

    locked: frozenset[str] = field(default_factory=frozenset[str])
    """Names of parameters and choices; see `expand_locks`."""
    mirror: bool = False
    """A parameter's mirror partner takes the same value."""
    clamp: bool = False
    """Values out of range become the range's end; else they are refused."""


@dataclass(frozen=True, eq=False)
class Edited:
    """The character after an edit, the names whose value changed, those left alone for a lock, those clamped."""

    character: Character
    changed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    clamped: tuple[str, ...] = ()


def parse_edit(text: str) -> Edit:
    """`nose.width=0.4`, `eye.*.size+=0.2`, `hair.style=long`, `lips=default` -> an edit; InputError for anything else.

    Whether the target exists, and whether the value suits it, `apply_edit` says.
    """
    found = _EDIT.fullmatch(text)
    if found is None or not found["value"]:
        raise InputError(f"The edit '{text[:80]}' is not of the form NAME=VALUE, NAME+=VALUE or NAME-=VALUE.")
    operation: Operation = "+=" if found["operation"] == "+=" else "-=" if found["operation"] == "-=" else "="
    value = _number(found["value"])
    if value is None and operation != "=":
        raise InputError(f"The edit '{text[:80]}' changes a value by '{found['value'][:40]}', expected a number.")
    return Edit(found["target"], operation, found["value"] if value is None else value)


def select(schema: CharacterSchema, target: str) -> tuple[str, ...]:
    """The names that a target means, in schema order, choices last; InputError suggests the nearest name for none."""
    known = all_names(schema)
    if target in known:
        return (target,)
    group = _group(schema, target.removesuffix(".*") if target.endswith(".*") else target)
    wild = {name for name in known if fnmatchcase(name, target)} if _WILD.search(target) else set[str]()
    chosen = wild | set(schema.groups.get(group, ()))
    if not chosen:
        raise InputError(
            f"{schema.character} has no parameter, choice or group '{target[:80]}'{nearest(schema, target)}."
        )
    return tuple(name for name in known if name in chosen)


def apply_edit(schema: CharacterSchema, character: Character, edit: Edit, rules: Rules | None = None) -> Edited:
    """The character after one edit.

    Raises InputError for an unknown target, a value that does not suit it, a value out of range unless `rules.clamp`,
    and when everything that is meant is locked.
    """
    held = rules or Rules()
    names = select(schema, edit.target)
    free = tuple(name for name in names if name not in held.locked)
    if not free:
        what = f"'{names[0]}' is locked" if len(names) == 1 else f"All {len(names)} of '{edit.target}' are locked"
        raise InputError(f"{what}; unlock it first, or leave out the edit '{edit}'.")
    working = _Working(schema, character, held)
    for name in free:
        working.change(name, edit)
    if held.mirror:
        working.follow(free)
    return working.done(skipped=tuple(name for name in names if name in held.locked))


def apply_edits(
    schema: CharacterSchema, character: Character, edits: Iterable[Edit], rules: Rules | None = None
) -> Edited:
    """Edits one after another, all of them or none; raises what `apply_edit` raises."""
    total = Edited(character)
    for edit in edits:
        step = apply_edit(schema, total.character, edit, rules)
        total = Edited(
            step.character,
            tuple(dict.fromkeys((*total.changed, *step.changed))),
            tuple(dict.fromkeys((*total.skipped, *step.skipped))),
            tuple(dict.fromkeys((*total.clamped, *step.clamped))),
        )
    return total


def restore(
    schema: CharacterSchema, character: Character, target: str, source: Character, rules: Rules | None = None
) -> Edited:
    """Give what `target` means ("*": everything) the values it has in `source`; locked names are passed over."""
    held = rules or Rules()
    names = all_names(schema) if target == "*" else select(schema, target)
    working = _Working(schema, character, replace(held, mirror=False))
    for name in names:
        if name not in held.locked:
            working.copy(name, source)
    return working.done(skipped=tuple(name for name in names if name in held.locked))


def all_names(schema: CharacterSchema) -> tuple[str, ...]:
    """Every parameter's and every choice's name, parameters first."""
    return (*schema.names, *(choice.name for choice in schema.choices))


def expand_locks(schema: CharacterSchema, targets: Iterable[str]) -> frozenset[str]:
    """Names, groups and wildcards -> the names of the parameters and choices they lock; InputError for an unknown."""
    return frozenset(name for target in targets for name in select(schema, target))


def compact_locks(schema: CharacterSchema, locked: Iterable[str]) -> tuple[str, ...]:
    """The shortest list that `expand_locks` turns into these names: a group's name where all of it is locked."""
    left, known = set(locked), set(all_names(schema))
    groups = [
        group
        for group, names in schema.groups.items()
        if len(names) > 1 and left.issuperset(names) and group not in known
    ]
    for group in groups:
        left.difference_update(schema.groups[group])
    return (*groups, *(name for name in all_names(schema) if name in left))


def nearest(schema: CharacterSchema, target: str) -> str:
    """ " (did you mean 'nose.width'?)" for a misspelt name, "" when nothing is near."""
    known = (*all_names(schema), *schema.groups)
    close = difflib.get_close_matches(target.lower().strip(".* "), known, 1)
    if not close:  # half of a name, such as "width"
        close = [name for name in known if target and target.lower() in name][:1]
    return f" (did you mean '{close[0]}'?)" if close else ""


class _Working:
    """A copy of the character while an edit is under way."""

    def __init__(self, schema: CharacterSchema, character: Character, rules: Rules) -> None:
        self._schema, self._before, self._rules = schema, character, rules
        self._parameters, self._choices = character.parameters.copy(), character.choices.copy()
        self._parameter_at = {parameter.name: (k, parameter) for k, parameter in enumerate(schema.parameters)}
        self._choice_at = {choice.name: (k, choice) for k, choice in enumerate(schema.choices)}
        self._clamped: list[str] = []

    def change(self, name: str, edit: Edit) -> None:
        if name in self._choice_at:
            position, choice = self._choice_at[name]
            self._choices[position] = _option(choice, edit)
        else:
            position, parameter = self._parameter_at[name]
            self._parameters[position] = self._value(parameter, float(self._parameters[position]), edit)

    def copy(self, name: str, source: Character) -> None:
        if name in self._choice_at:
            self._choices[self._choice_at[name][0]] = source.choices[self._choice_at[name][0]]
        else:
            self._parameters[self._parameter_at[name][0]] = source.parameters[self._parameter_at[name][0]]

    def follow(self, names: Sequence[str]) -> None:
        """Partners that are not themselves meant, and not locked, take the value of those that are."""
        for name in names:
            partner = self._parameter_at[name][1].mirror if name in self._parameter_at else None
            if partner is not None and partner not in names and partner not in self._rules.locked:
                self._parameters[self._parameter_at[partner][0]] = self._parameters[self._parameter_at[name][0]]

    def done(self, skipped: tuple[str, ...]) -> Edited:
        after = Character(self._schema.check(self._parameters), self._schema.check_choices(self._choices))
        return Edited(after, changed_names(self._schema, self._before, after), skipped, tuple(self._clamped))

    def _value(self, parameter: Parameter, now: float, edit: Edit) -> float:
        if edit.value == RESET:
            return parameter.default
        if isinstance(edit.value, str):
            raise InputError(f"'{parameter.name}' was given '{edit.value[:40]}', expected a number or '{RESET}'.")
        value = {"=": edit.value, "+=": now + edit.value, "-=": now - edit.value}[edit.operation]
        low, high = parameter.minimum, parameter.maximum
        if not math.isfinite(value) or (not low - _TOLERANCE <= value <= high + _TOLERANCE and not self._rules.clamp):
            raise InputError(f"'{parameter.name}' would be {value:g}, expected a number from {low:g} to {high:g}.")
        if not low - _TOLERANCE <= value <= high + _TOLERANCE:
            self._clamped.append(parameter.name)
        return min(max(value, low), high)


def changed_names(schema: CharacterSchema, before: Character, after: Character) -> tuple[str, ...]:
    """The names whose values differ, parameters first."""
    different = [*(before.parameters != after.parameters).tolist(), *(before.choices != after.choices).tolist()]
    return tuple(name for name, differs in zip(all_names(schema), different, strict=True) if differs)


def _option(choice: Choice, edit: Edit) -> int:
    if edit.operation != "=":
        raise InputError(f"'{choice.name}' is a choice, which takes '=' and one of {', '.join(choice.options)}.")
    wanted = choice.default if edit.value == RESET else str(edit.value)
    if wanted not in choice.options:
        close = difflib.get_close_matches(wanted.lower(), choice.options, 1)
        hint = f" (did you mean '{close[0]}'?)" if close else ""
        raise InputError(
            f"'{choice.name}' was given '{wanted[:40]}'{hint}, expected one of {', '.join(choice.options)}."
        )
    return choice.options.index(wanted)


def _group(schema: CharacterSchema, text: str) -> str:
    """The group so called whatever its case, or text that is none."""
    by_fold: Mapping[str, str] = {group.casefold(): group for group in schema.groups}
    return by_fold.get(text.strip().casefold(), text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
