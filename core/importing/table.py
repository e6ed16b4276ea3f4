"""The table of an import run: a CSV file with a row a photo and a column a parameter, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from engine_bridge.parameter_edits import Character
from engine_bridge.schema import CharacterSchema

# A cell that begins so is taken for a formula by spreadsheets, and a file name is a stranger's text (CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for the country's old code page


@dataclass(frozen=True, eq=False)
class TableRow:
    """One photo: its file name and its character, or None and why it could not be used; what it was warned about."""

    photo: str
    character: Character | None
    warnings: Sequence[str] = ()
    error: str = ""


def parameter_table(schema: CharacterSchema, rows: Sequence[TableRow]) -> bytes:
    """The whole file: photo, warnings, error, choices by option, parameters in schema order; UTF-8, RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    choices = [choice.name for choice in schema.choices]
    writer.writerow([_guarded(cell) for cell in ("photo", "warnings", "error", *choices, *schema.names)])
    empty = [""] * (len(choices) + schema.count)
    for row in rows:
        values: list[str | float] = [*empty]
        if row.character is not None:
            picked = schema.choice_mapping(row.character.choices).values()
            numbers = schema.mapping(row.character.parameters).values()
            values = [*map(_guarded, picked), *(round(number, 6) for number in numbers)]
        told = (row.photo, " | ".join(row.warnings), row.error)
        writer.writerow([*map(_guarded, told), *values])
    return (_BOM + text.getvalue()).encode("utf-8", "replace")


def _guarded(cell: str) -> str:
    """Text that no spreadsheet computes: an apostrophe before what would be a formula, and no control characters."""
    shown = "".join(char if char >= " " or char in "\t\r\n" else "?" for char in cell)
    return f"'{shown}" if shown.lstrip(" ").startswith(_FORMULA) else shown
