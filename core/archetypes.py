"""Archetypes: presets that show the average face of a group of people, around which photos of the group are read.

A file names groups; each has parameters in the schema's units (those not named are at their default) and gains: how
much of what sets a face apart from its group reaches a parameter, by name or pattern (`complexion.*`), 1 where nothing
is said. A gain of 0 holds a parameter at its archetype: women are not read a beard.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

FORMAT = "facebridge-archetypes"
VERSION = 1
EVERYONE = "everyone"
LARGEST_GAIN = 4.0
_SHIPPED = Path(__file__).resolve().parent / "data" / "archetypes"


@dataclass(frozen=True)
class Archetypes:
    """Names of G groups, their parameters (G,P) in the schema's units, and gains (G,P)."""

    groups: tuple[str, ...]
    parameters: NDArray[np.float32]
    gains: NDArray[np.float32]


def neutral_archetype(schema: CharacterSchema) -> Archetypes:
    """One group of everyone whose average face is the neutral character: what is used without a file."""
    return Archetypes((EVERYONE,), schema.defaults[None].copy(), np.ones((1, schema.count), np.float32))


def shipped_archetypes(character: str) -> Path | None:
    """The file that ships for a character of this name, if there is one."""
    path = _SHIPPED / f"{character}.json"
    return path if path.is_file() else None


def load_archetypes(path: Path, schema: CharacterSchema) -> Archetypes:
    """Read a file for this schema; InputError says what is wrong with which entry."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"The archetypes {path} cannot be read ({error}); give a JSON file of archetypes.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT or document.get("version") != VERSION:
        raise InputError(f"{path} holds no {FORMAT} of version {VERSION}; give a JSON file of archetypes.")
    groups = document.get("groups")
    if not isinstance(groups, dict) or not groups:
        raise InputError(f"The archetypes {path} name no group; give at least one under 'groups'.")
    shared = document.get("gains", {})
    parameters = [_parameters(path, name, group, schema) for name, group in groups.items()]
    gains = [_gains(path, name, {**shared, **group.get("gains", {})}, schema) for name, group in groups.items()]
    return Archetypes(tuple(groups), np.stack(parameters), np.stack(gains))


def _parameters(path: Path, group: str, entry: Any, schema: CharacterSchema) -> NDArray[np.float32]:
    values = schema.defaults.copy()
    named = entry.get("parameters") if isinstance(entry, dict) else None
    if not isinstance(named, dict):
        raise InputError(f"The archetype '{group}' in {path} has no 'parameters'; give an object of names and numbers.")
    index = {name: number for number, name in enumerate(schema.names)}
    for name, value in named.items():
        if name not in index:
            raise InputError(f"The archetype '{group}' in {path} sets '{name}', which the character does not have.")
        low, high = float(schema.minimum[index[name]]), float(schema.maximum[index[name]])
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise InputError(
                f"The archetype '{group}' in {path} sets '{name}' to {value!r}, expected a number from {low:g} to"
                f" {high:g}."
            )
        values[index[name]] = value
    return values


def _gains(path: Path, group: str, patterns: dict[str, Any], schema: CharacterSchema) -> NDArray[np.float32]:
    gains = np.ones(schema.count, np.float32)
    for pattern, value in patterns.items():
        rows = [number for number, name in enumerate(schema.names) if fnmatchcase(name, pattern)]
        if not rows:
            raise InputError(f"The archetype '{group}' in {path} has a gain for '{pattern}', which matches nothing.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_GAIN:
            raise InputError(
                f"The archetype '{group}' in {path} has the gain {value!r} for '{pattern}', expected 0 to"
                f" {LARGEST_GAIN:g}."
            )
        gains[rows] = value
    return gains
