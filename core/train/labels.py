"""A table of labels: which group of people each person belongs to, and which choices (hair style) suit them.

CSV with a heading; the column `person` names the photos' subfolder, `group` one of the archetypes' groups, and any
other column is a choice of the character's schema with one of its options. An empty field means unknown.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

UNKNOWN = -1


def read_labels(
    path: Path, people: Sequence[str], groups: Sequence[str], schema: CharacterSchema
) -> tuple[NDArray[np.int64], dict[int, NDArray[np.int64]]]:
    """Group (len(people),) and {number of a choice: option (len(people),)} of each person, UNKNOWN where not said.

    InputError for a table that cannot be read, a column that is no choice, or a value that is no option; people
    without photos are passed over.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputError(f"The labels {path} cannot be read ({error}); give a CSV file with a heading.") from error
    numbers = {choice.name: number for number, choice in enumerate(schema.choices)}
    columns = list(rows[0]) if rows else []
    if "person" not in columns:
        raise InputError(f"The labels {path} have no column 'person', or no rows; give one row a person.")
    group = np.full(len(people), UNKNOWN, np.int64)
    options: dict[int, NDArray[np.int64]] = {}
    index = {person: number for number, person in enumerate(people)}
    for column in columns:
        if column == "person":
            continue
        if column != "group" and column not in numbers:
            raise InputError(
                f"The labels {path} have a column '{column}', expected person, group, {', '.join(numbers)}."
            )
        known = list(groups) if column == "group" else list(schema.choices[numbers[column]].options)
        values = np.full(len(people), UNKNOWN, np.int64)
        for row in rows:
            said, person = (row[column] or "").strip(), (row["person"] or "").strip()
            if said and said not in known:
                raise InputError(
                    f"The labels {path} say '{said}' under '{column}' of {person}, expected {', '.join(known)}."
                )
            if said and person in index:
                values[index[person]] = known.index(said)
        if column == "group":
            group = values
        else:
            options[numbers[column]] = values
    return group, options
