"""The schema keeps its sender's bytes, refuses nonsense by name, and translates between names and vectors."""

import json

import numpy as np
import pytest

from engine_bridge.engines import ENGINES, engine_schema
from engine_bridge.errors import SchemaError
from engine_bridge.schema import MAX_SCHEMA_BYTES, CharacterSchema, Choice, Parameter


def parameter(name: str = "nose.width", **changes: object) -> Parameter:
    fields = {
        "group": "nose", "label": "Width", "description": "Widens the nose.", "minimum": -2.5, "maximum": 2.5,
        "default": 0.0, "mirror": None, "kind": "shape",
    }  # fmt: skip
    return Parameter(name, **{**fields, **changes})  # type: ignore[arg-type]


SCHEMA = CharacterSchema(
    "someone",
    "1",
    (
        parameter("eye.left.size", mirror="eye.right.size"),
        parameter("eye.right.size", mirror="eye.left.size"),
        parameter(),
    ),
    (Choice("hair", "Hair", "Hair style.", ("bald", "short"), "short"),),
)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engines_schema_survives_its_own_json(engine: str) -> None:
    schema = engine_schema(engine)
    read = CharacterSchema.from_json(schema.to_json())
    assert read == schema
    assert read.hash == schema.hash


def test_the_hash_is_over_the_senders_bytes_not_over_a_rewrite() -> None:
    spaced = json.dumps(json.loads(SCHEMA.to_json()), indent=1).encode()
    read = CharacterSchema.from_json(spaced)
    assert read == SCHEMA
    assert read.to_json() == spaced
    assert read.hash != SCHEMA.hash


def test_the_embedded_character_has_the_papers_count_and_range() -> None:
    schema = engine_schema("embedded")
    assert schema.count == 267
    assert set(schema.minimum.tolist()) == {-2.5} and set(schema.maximum.tolist()) == {2.5}
    assert {p.kind for p in schema.parameters} == {"shape", "bone", "material"}
    assert all(p.description.endswith(".") and p.label for p in schema.parameters)
    assert {c.name for c in schema.choices} == {"hair.style", "base"}


def test_mirror_partners_name_each_other() -> None:
    schema = engine_schema("embedded")
    for p in schema.parameters:
        if ".left." in p.name:
            assert p.mirror == p.name.replace(".left.", ".right.")


def test_vectors_and_names_are_inverse() -> None:
    vector = np.array([0.5, -0.25, 2.5], np.float32)
    assert np.array_equal(SCHEMA.vector(SCHEMA.mapping(vector)), vector)
    assert SCHEMA.choice_mapping(SCHEMA.choice_vector({"hair": "bald"})) == {"hair": "bald"}
    assert SCHEMA.choice_mapping(SCHEMA.choice_vector({})) == {"hair": "short"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nose.width": float("nan")}, r"'nose\.width' is nan, expected a number from -2\.5 to 2\.5"),
        ({"nose.width": 2.6}, r"'nose\.width' is 2\.6"),
        ({"nose.width": "wide"}, r"'nose\.width' is 'wide', expected a number"),
        ({"nose.widht": 0.0}, r"Unknown parameter 'nose\.widht' \(did you mean 'nose\.width'\?\)"),
    ],
)
def test_a_bad_value_is_refused_by_name(change: dict[str, object], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        SCHEMA.vector({**SCHEMA.mapping(SCHEMA.defaults), **change})  # type: ignore[dict-item]


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(SchemaError, match=r"'eye\.left\.size' is missing \(2 of 3 are\)"):
        SCHEMA.vector({"nose.width": 0.0})


def test_a_bad_choice_is_refused_with_its_options() -> None:
    with pytest.raises(SchemaError, match="expected one of bald, short"):
        SCHEMA.choice_vector({"hair": "long"})
    with pytest.raises(SchemaError, match="no option 2"):
        SCHEMA.check_choices([2])


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"[]", b"{}", b'{"character": 3}', b"[" * 100_000, b" " * (MAX_SCHEMA_BYTES + 1),
        SCHEMA.to_json().replace(b"-2.5", b"NaN"), SCHEMA.to_json().replace(b'"shape"', b'"smell"'),
        SCHEMA.to_json().replace(b'"mirror":"eye.right.size"', b'"mirror":"nose.width"'),
        SCHEMA.to_json().replace(b'"default":"short"', b'"default":"long"'),
        SCHEMA.to_json().replace(b"eye.left.size", b"nose.width"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_schema_are_refused(data: bytes) -> None:
    with pytest.raises(SchemaError):
        CharacterSchema.from_json(data)


def test_a_difference_names_both_hashes_and_the_first_parameter() -> None:
    other = CharacterSchema("someone", "2", (*SCHEMA.parameters[:2], parameter("nose.length")), SCHEMA.choices)
    said = SCHEMA.difference(other)
    assert said is not None
    assert SCHEMA.hash[:12] in said and other.hash[:12] in said
    assert "'nose.width' against 'nose.length'" in said
    assert SCHEMA.difference(SCHEMA) is None
