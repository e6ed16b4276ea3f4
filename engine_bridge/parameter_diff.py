"""What differs between two characters, largest first, what stands out in one, and finding parameters by a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine_bridge.parameter_edits import Character
from engine_bridge.schema import CharacterSchema

SMALLEST_SHARE = 1e-5
"""Of a range: files hold six decimals, so that smaller differences are the rounding of a file."""

_UNFOUND = 3


@dataclass(frozen=True)
class Difference:
    """One parameter that differs; `share` is new - old in shares of the parameter's range, -1 to 1."""

    name: str
    group: str
    label: str
    old: float
    new: float
    share: float


@dataclass(frozen=True)
class ChoiceDifference:
    """One choice that differs, by its options' names."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Diff:
    """What leads from one character to another: parameters with the largest share first, choices in schema order."""

    parameters: tuple[Difference, ...]
    choices: tuple[ChoiceDifference, ...]

    def __bool__(self) -> bool:
        return bool(self.parameters or self.choices)

    def to_document(self) -> dict[str, Any]:
        """As JSON has it; values are rounded as in parameter files."""
        return {
            "parameters": [
                {**vars(each), "old": round(each.old, 6), "new": round(each.new, 6), "share": round(each.share, 6)}
                for each in self.parameters
            ],
            "choices": [dict(vars(each)) for each in self.choices],
        }


def diff(schema: CharacterSchema, old: Character, new: Character) -> Diff:
    """What differs between two characters of one schema."""
    found: list[Difference] = []
    for position, parameter in enumerate(schema.parameters):
        before, after = float(old.parameters[position]), float(new.parameters[position])
        share = (after - before) / (parameter.maximum - parameter.minimum)
        if abs(share) > SMALLEST_SHARE:
            found.append(Difference(parameter.name, parameter.group, parameter.label, before, after, share))
    choices: list[ChoiceDifference] = []
    for position, choice in enumerate(schema.choices):
        before, after = int(old.choices[position]), int(new.choices[position])
        if before != after:
            choices.append(ChoiceDifference(choice.name, choice.label, choice.options[before], choice.options[after]))
    # Python's sort is stable: equal shares stay in schema order, and equal diffs print alike.
    return Diff(tuple(sorted(found, key=lambda each: -abs(each.share))), tuple(choices))


def standing_out(schema: CharacterSchema, character: Character, count: int) -> tuple[Difference, ...]:
    """The `count` parameters that lie farthest from their defaults, in shares of their range."""
    return diff(schema, Character.neutral(schema), character).parameters[:count]


def search(schema: CharacterSchema, text: str) -> tuple[str, ...]:
    """Names of the parameters and choices in which every word of `text` occurs; "" finds all.

    A word may be the beginning of any word of a name, label, group or description, whatever its case. First come names
    that these words spell ("nose wid": nose.width), then those whose name, label or group has them, then those whose
    description is needed; each part in schema order.
    """
    words = text.casefold().split()
    entries = [
        *((p.name, f"{p.name} {p.label} {p.group}", p.description) for p in schema.parameters),
        *((c.name, f"{c.name} {c.label}", f"{c.description} {' '.join(c.options)}") for c in schema.choices),
    ]
    ranks = {name: _rank(name, title, more, words) for name, title, more in entries}
    return tuple(sorted((name for name, rank in ranks.items() if rank < _UNFOUND), key=lambda name: ranks[name]))


def _rank(name: str, title: str, more: str, words: Sequence[str]) -> int:
    pieces = _pieces(name)
    if len(pieces) == len(words) and all(map(str.startswith, pieces, words)):
        return 0
    if _has(title, words):
        return 1
    return 2 if _has(f"{title} {more}", words) else _UNFOUND


def _has(text: str, words: Sequence[str]) -> bool:
    whole, pieces = text.casefold(), _pieces(text)
    return all(any(piece.startswith(word) for piece in pieces) if word.isalnum() else word in whole for word in words)


def _pieces(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.casefold()).split()
