"""Parameter files are read back exactly, and refused in one sentence that names file and fault."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.parameter_file import MAX_FILE_BYTES, parameters_document, read_parameters

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
