"""Parameter files are read back exactly, and refused in one sentence that names file and fault."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.parameter_file import (
    MAX_FILE_BYTES,
    parameters_document,
    parse_preset,
    preset_bytes,
    preset_document,
    read_parameters,
    read_preset,
)

SCHEMA = engine_schema("pattern")


def document() -> dict[str, Any]:
    return parameters_document(SCHEMA, np.linspace(-2.5, 2.5, SCHEMA.count), [1])


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(document()))
    vector, choices = read_parameters(path, SCHEMA)
    assert np.allclose(vector, np.linspace(-2.5, 2.5, SCHEMA.count), atol=1e-6)
    assert choices.tolist() == [1]


def changed(**fields: Any) -> bytes:
    return json.dumps({**document(), **fields}).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not UTF-8 JSON"),
        (b"\xff\xfe", "is not UTF-8 JSON"),
        (b"[]", "'format' should be"),
        (changed(format="other"), "'format' should be"),
        (changed(version=9), "version 9"),
        (changed(parameters=[1, 2]), "as objects"),
        (changed(parameters={}), r"'wave\.00' is missing"),
        (changed(parameters={**document()["parameters"], "nose": 1}), "Unknown parameter 'nose'"),
        (changed(parameters={**document()["parameters"], "wave.03": float("nan")}), r"'wave\.03' is nan"),
        (changed(parameters={**document()["parameters"], "wave.03": 3}), r"'wave\.03' is 3"),
        (changed(choices={"tint": "blue"}), "expected one of grey, warm"),
        (b" " * (MAX_FILE_BYTES + 1), "too large"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_fault(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        read_parameters(path, SCHEMA)
    assert "bad.json" in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot read the parameter file"):
        read_parameters(tmp_path / "none.json", SCHEMA)


def test_a_preset_keeps_name_locks_notes_and_what_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(changed(name="Ada", locks=["waves", "tint"], notes="rounder", photo="ada.jpg"))
    preset = read_preset(path, SCHEMA)
    assert (preset.name, preset.notes, preset.rest) == ("Ada", "rounder", {"photo": "ada.jpg"})
    assert preset.locked == {*SCHEMA.names, "tint"}
    again = json.loads(preset_bytes(SCHEMA, preset))
    assert again == json.loads(path.read_bytes()) and list(again)[:3] == ["format", "version", "name"]
    assert read_parameters(path, SCHEMA)[1].tolist() == [1]


def test_a_preset_with_nothing_more_is_the_plain_document() -> None:
    preset = parse_preset(json.dumps(document()).encode(), SCHEMA, "here")
    assert preset_document(SCHEMA, preset) == document()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": 3}, "must hold 'name'"),
        ({"notes": "x" * 30_000}, "must hold 'notes'"),
        ({"locks": "waves"}, "must hold 'locks'"),
        ({"locks": [1]}, "must hold 'locks'"),
        ({"locks": ["wavs"]}, "no parameter, choice or group 'wavs' .did you mean 'waves'"),
    ],
)
def test_a_preset_with_a_wrong_field_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=f"^here.*{said}"):
        parse_preset(changed(**fields), SCHEMA, "here")
