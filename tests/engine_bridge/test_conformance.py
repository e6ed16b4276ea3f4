"""The golden vectors, the documentation and the Python definitions say the same thing."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine_bridge import protocol
from engine_bridge.codec import Malformed, UnknownKind, VersionRefused, decode, encode
from engine_bridge.errors import InputError, ProtocolError
from engine_bridge.fields import fields_of
from engine_bridge.scene import BLENDSHAPES, SCENE_FEATURES, Scene
from engine_bridge.truth import SEGMENTS, TRUTH_CHANNELS

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/conformance/vectors.json").read_text("utf-8"))
PAGE = (ROOT / "docs/protocol.md").read_text("utf-8")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """scripts/wire_vectors.py."""
    spec = importlib.util.spec_from_file_location("wire_vectors", ROOT / "scripts" / "wire_vectors.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def received(parts: list[Any]) -> list[bytes]:
    """The parts of a vector as bytes."""
    return [
        bytes.fromhex(part["fill"]) * part["count"] if isinstance(part, dict) else bytes.fromhex(part) for part in parts
    ]


def test_the_committed_vectors_are_those_of_the_python_definitions(generator: ModuleType) -> None:
    for path, text in generator.files().items():
        assert path.read_text("utf-8") == text, f"{path.name} is out of date; run: {generator.COMMAND}"


def test_every_kind_has_a_vector() -> None:
    assert {vector["kind"] for vector in VECTORS["valid"]} == set(protocol.BY_KIND)


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_a_valid_vector_decodes_to_its_fields(vector: dict[str, Any], generator: ModuleType) -> None:
    message = decode(received(vector["parts"]))
    assert message.kind == vector["kind"]
    assert generator.values(message) == vector["fields"]


@pytest.mark.parametrize("vector", [v for v in VECTORS["valid"] if v["sender"]], ids=lambda vector: vector["name"])
def test_a_sender_has_no_freedom(vector: dict[str, Any]) -> None:
    parts = received(vector["parts"])
    assert [bytes(part) for part in encode(decode(parts))] == parts


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_an_invalid_vector_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    expected = {"malformed": Malformed, "unknown-kind": UnknownKind, "protocol": VersionRefused}
    with pytest.raises(ProtocolError) as caught:
        decode(received(vector["parts"]))
    assert type(caught.value) is expected[vector["code"]]


def test_float_arrays_keep_every_bit() -> None:
    values = np.array([[np.float32(1e-45), np.float32(-0.0), np.float32(3.4e38)]], np.float32)
    job = decode(encode(protocol.Job(1, (0,), 1, 1, values, np.zeros((1, 0), np.uint8))))
    assert isinstance(job, protocol.Job)
    assert job.parameters.tobytes() == values.tobytes()


def documented_fields() -> dict[str, list[tuple[str, str]]]:
    """(name, type) of each field in section 5 of the page, by kind."""
    found: dict[str, list[tuple[str, str]]] = {}
    for block in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        heading = re.match(r"`(\w+)`", block)
        if heading is not None:
            found[heading[1]] = re.findall(r"^\| `(\[?\w+\]?)` \| ([^|]+?) \|", block, flags=re.MULTILINE)
    return found


def described_fields(message: type[protocol.Message]) -> list[tuple[str, str]]:
    """The same from the Python definitions, up to the array's dtype and rank."""
    described: list[tuple[str, str]] = []
    for field in fields_of(message):
        if field.part is None:
            required = field.name == "protocol"  # every version states itself
            shown = "null" if required else json.dumps(field.default, default=lambda _: None)
            described.append((field.name, field.type if shown == "null" else f"{field.type} = {shown}"))
        else:
            dimensions = "bytes" if field.octets else str(field.part.rank)
            described.append((f"[{field.name}]", f"{field.part.dtype} {dimensions}{' optional' * field.optional}"))
    return described


def test_the_page_documents_every_field_in_wire_order() -> None:
    documented = documented_fields()
    assert list(documented) == [message.kind for message in protocol.MESSAGES]
    for message in protocol.MESSAGES:
        fields: list[tuple[str, str]] = []
        for name, kind in documented[message.kind]:
            array = re.match(r"(f4|u1) \(([^)]+)\)(, optional)?", kind)
            if array is not None:
                rank = array[2] if array[2] == "bytes" else str(len(array[2].split(",")))
                kind = f"{array[1]} {rank}{' optional' if array[3] else ''}"
            fields.append((name, kind))
        assert fields == described_fields(message), f"docs/protocol.md, section 5, `{message.kind}`"


def test_the_page_and_the_table_have_every_name_of_scenes_and_truth(generator: ModuleType) -> None:
    listed = re.search(r"```\n(browDownLeft,[^`]*)\.\n```", PAGE)
    assert listed is not None
    assert tuple(re.split(r",\s+", listed[1])) == BLENDSHAPES
    rows: list[tuple[str, str, str]] = re.findall(
        r"^\| `([\w.]+)`[^|]* \| (\w+) \| (\S+ to \S+) \|", PAGE, re.MULTILINE
    )
    ranges = {name.partition(".")[0]: (feature, span) for name, feature, span in rows}
    assert list(ranges) == [field.name for field in dataclasses.fields(Scene)]
    for name, (feature, span) in ranges.items():
        low, high = map(float, span.split(" to "))
        for value in (low, high):
            assert scene_with(name, value).features() == (feature,)
        for value in (low - 0.01, high + 0.01):
            with pytest.raises(InputError):
                scene_with(name, value)
    segments = re.search(r"\| `segmentation` \| [^|]+ \| ([^|]+) \|", PAGE)
    assert segments is not None
    assert segments[1] == ", ".join(f"{number} {name}" for number, name in enumerate(SEGMENTS))
    table = generator.message_table()
    assert table["features"] == [*SCENE_FEATURES, *TRUTH_CHANNELS]


def scene_with(name: str, value: float) -> Scene:
    """A scene with one field at this value, in every part of it."""
    if name == "expression":
        return Scene(expression={"jawOpen": value})
    if name in ("light_colour", "background"):
        return Scene.from_document({name: [value] * 3})
    return Scene.from_document({name: value})


def test_the_page_states_the_limits_and_the_example_as_they_are() -> None:
    for number in (protocol.MAX_HEADER_BYTES, protocol.MAX_TEXT_BYTES, protocol.MAX_ITEMS, protocol.MAX_TRUTH_PX):
        assert f"{number:,}" in PAGE
    assert f"at most {protocol.MAX_PARTS} parts" in PAGE
    assert f"The wire, protocol {'.'.join(map(str, protocol.VERSION))}" in PAGE
    example = PAGE.split("```")[1]
    written = "".join(re.findall(r"(?:^| )((?:[0-9a-f]{2})+)(?= )", example.replace("  ", " "), flags=re.MULTILINE))
    assert written == bytes(encode(protocol.Ping(5))[0]).hex()
