"""Parameter files: the one JSON form in which a character's parameters and choices are saved and exchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy.typing as npt

from engine_bridge.errors import InputError, SchemaError
from engine_bridge.schema import Bytes, CharacterSchema, Floats

FORMAT = "facebridge-parameters"
VERSION = 1
MAX_FILE_BYTES = 4 << 20


def parameters_document(schema: CharacterSchema, vector: npt.ArrayLike, choices: npt.ArrayLike) -> dict[str, Any]:
    """The JSON object for parameters (P,) and choices (C,)."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "schema": {"character": schema.character, "version": schema.version, "hash": schema.hash},
        "parameters": {name: round(value, 6) for name, value in schema.mapping(vector).items()},
        "choices": schema.choice_mapping(choices),
    }


def read_parameters(path: Path, schema: CharacterSchema) -> tuple[Floats, Bytes]:
    """Parameters (P,) and choices (C,) from a file; raises InputError naming the file and what is wrong in it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"Cannot read the parameter file {path}: {error.strerror or error}.") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"{path} is over {MAX_FILE_BYTES >> 20} MiB, too large for a parameter file.")
    try:
        document = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not UTF-8 JSON ({error}); save it again with `facebridge import`.") from error
    if not isinstance(document, dict) or cast("dict[str, Any]", document).get("format") != FORMAT:
        raise InputError(f"{path} is not a parameter file: its 'format' should be '{FORMAT}'.")
    fields = cast("dict[str, Any]", document)
    if fields.get("version") != VERSION:
        raise InputError(f"{path} has parameter file version {fields.get('version')!r}, this program reads {VERSION}.")
    parameters, choices = fields.get("parameters"), fields.get("choices", {})
    if not isinstance(parameters, dict) or not isinstance(choices, dict):
        raise InputError(f"{path} must hold 'parameters' and 'choices' as objects of names and values.")
    try:
        return (
            schema.vector(cast("dict[str, float]", parameters)),
            schema.choice_vector(cast("dict[str, str]", choices)),
        )
    except SchemaError as error:
        raise InputError(f"{path}: {error}") from error
