"""Parameter files: the one JSON form in which a character's parameters and choices are saved and exchanged.

Version 1 needs `format`, `version`, `parameters` and `choices`. A preset may also carry `name`, `locks` (names or
groups) and `notes`; whatever else a file holds, such as the photo it came from, is kept by who edits it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy.typing as npt

from engine_bridge.errors import InputError, SchemaError
from engine_bridge.parameter_edits import Character, compact_locks, expand_locks
from engine_bridge.schema import Bytes, CharacterSchema, Floats

FORMAT = "facebridge-parameters"
VERSION = 1
MAX_FILE_BYTES = 4 << 20
MAX_NAME_CHARS = 200
MAX_NOTES_CHARS = 20_000
_OWN = ("format", "version", "name", "schema", "parameters", "choices", "locks", "notes")


@dataclass(frozen=True, eq=False)
class Preset:
    """A character as it is saved: its values, what it is called, what is locked, and what someone wrote about it."""

    character: Character
    name: str = ""
    locked: frozenset[str] = field(default_factory=frozenset[str])
    """Names of the locked parameters and choices."""
    notes: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields that are not a preset's own, such as an import's `photo` and `bundle`; saved again as they were."""


def parameters_document(schema: CharacterSchema, vector: npt.ArrayLike, choices: npt.ArrayLike) -> dict[str, Any]:
    """The JSON object for parameters (P,) and choices (C,)."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "schema": {"character": schema.character, "version": schema.version, "hash": schema.hash},
        "parameters": {name: round(value, 6) for name, value in schema.mapping(vector).items()},
        "choices": schema.choice_mapping(choices),
    }


def preset_document(schema: CharacterSchema, preset: Preset) -> dict[str, Any]:
    """The JSON object for a preset; every version 1 reader reads it, for what is empty is left out."""
    document = parameters_document(schema, preset.character.parameters, preset.character.choices)
    if preset.name:
        document = {"format": FORMAT, "version": VERSION, "name": preset.name, **document}
    if preset.locked:
        document["locks"] = list(compact_locks(schema, preset.locked))
    if preset.notes:
        document["notes"] = preset.notes
    return {**document, **{name: value for name, value in preset.rest.items() if name not in _OWN}}


def preset_bytes(schema: CharacterSchema, preset: Preset) -> bytes:
    """A whole parameter file, UTF-8."""
    document = preset_document(schema, preset)
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def read_parameters(path: Path, schema: CharacterSchema) -> tuple[Floats, Bytes]:
    """Parameters (P,) and choices (C,) from a file; raises InputError naming the file and what is wrong in it."""
    character = read_preset(path, schema).character
    return character.parameters, character.choices


def read_preset(path: Path, schema: CharacterSchema) -> Preset:
    """All of a parameter file; raises InputError naming the file and what is wrong in it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"Cannot read the parameter file {path}: {error.strerror or error}.") from error
    return parse_preset(data, schema, str(path))


def parse_preset(data: bytes, schema: CharacterSchema, called: str) -> Preset:
    """A preset from a file's bytes; raises InputError that begins with what the file is `called`."""
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"{called} is over {MAX_FILE_BYTES >> 20} MiB, too large for a parameter file.")
    try:
        document = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{called} is not UTF-8 JSON ({error}); save it again with `facebridge import`.") from error
    if not isinstance(document, dict) or cast("dict[str, Any]", document).get("format") != FORMAT:
        raise InputError(f"{called} is not a parameter file: its 'format' should be '{FORMAT}'.")
    fields = cast("dict[str, Any]", document)
    if fields.get("version") != VERSION:
        raise InputError(
            f"{called} has parameter file version {fields.get('version')!r}, this program reads {VERSION}."
        )
    parameters, choices, locks = fields.get("parameters"), fields.get("choices", {}), fields.get("locks", [])
    if not isinstance(parameters, dict) or not isinstance(choices, dict):
        raise InputError(f"{called} must hold 'parameters' and 'choices' as objects of names and values.")
    if not isinstance(locks, list) or not all(isinstance(lock, str) for lock in cast("list[Any]", locks)):
        raise InputError(f"{called} must hold 'locks', if any, as a list of names and groups.")
    try:
        character = Character(
            schema.vector(cast("dict[str, float]", parameters)), schema.choice_vector(cast("dict[str, str]", choices))
        )
        locked = expand_locks(schema, cast("list[str]", locks))
    except (SchemaError, InputError) as error:
        raise InputError(f"{called}: {error}") from error
    return Preset(
        character,
        _text(fields, "name", MAX_NAME_CHARS, called),
        locked,
        _text(fields, "notes", MAX_NOTES_CHARS, called),
        {name: value for name, value in fields.items() if name not in _OWN},
    )


def _text(fields: Mapping[str, Any], key: str, most: int, called: str) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str) or len(value) > most:
        raise InputError(f"{called} must hold '{key}', if any, as text of at most {most} characters.")
    return value
