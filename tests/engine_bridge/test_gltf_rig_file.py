"""The rig file says of every parameter what the GLB beside it does with it."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from engine_bridge.engines.embedded.gltf import export_glb, export_rig
from engine_bridge.engines.embedded.schema import embedded_schema

SCHEMA = embedded_schema()
FACE = np.random.default_rng(11).uniform(-1.5, 1.5, len(SCHEMA.names)).astype(np.float32)
CHOICES = SCHEMA.choice_vector({"hair.style": "bald"})


@pytest.fixture(scope="module")
def glb() -> dict[str, Any]:
    data = export_glb(FACE, CHOICES, texture_px=256)
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length])


@pytest.fixture(scope="module")
def rig() -> dict[str, Any]:
    return json.loads(export_rig(FACE, CHOICES))


def evaluated(rig: dict[str, Any], values: dict[str, float]) -> tuple[dict[str, float], dict[tuple[str, str], Any]]:
    """Morph weights by name, and (bone, channel) -> what is added to its rest (3,), as a reader of the file does it."""
    morphs: dict[str, float] = {}
    moves: dict[tuple[str, str], Any] = {}
    for entry in rig["parameters"]:
        for target in entry.get("targets", []):
            beyond = values[entry["name"]] - target.get("rest", 0.0)
            beyond = {"low": min(beyond, 0.0), "high": max(beyond, 0.0)}.get(target.get("half"), beyond)
            if "morph" in target:
                morphs[target["morph"]] = target["scale"] * beyond
            else:
                move = moves.setdefault((target["bone"], target["channel"]), np.zeros(3))
                move["xyz".index(target["axis"])] += target["scale"] * beyond
    return morphs, moves


def test_the_weights_of_the_face_are_those_that_its_glb_opens_with(glb: dict[str, Any], rig: dict[str, Any]) -> None:
    mesh = glb["meshes"][0]
    expected = dict(zip(mesh["extras"]["targetNames"], mesh["weights"], strict=True))
    morphs, _ = evaluated(rig, dict(zip(SCHEMA.names, FACE.tolist(), strict=True)))
    assert morphs.keys() | set(rig["expressions"]) == expected.keys()
    assert all(abs(morphs.get(name, 0.0) - weight) < 1e-6 for name, weight in expected.items())
    assert sum(weight > 0.1 for weight in morphs.values()) > 50


def test_bones_move_from_their_rest_to_where_the_glb_has_them(glb: dict[str, Any], rig: dict[str, Any]) -> None:
    _, moves = evaluated(rig, dict(zip(SCHEMA.names, FACE.tolist(), strict=True)))
    nodes = {node["name"]: node for node in glb["nodes"]}
    assert len(rig["bones"]) > 20
    for bone in rig["bones"]:
        node = nodes[bone["name"]]
        assert bone["rest"] == node["extras"]["rest_translation"]
        for channel, rest in (("translation", np.array(bone["rest"])), ("scale", np.ones(3))):
            moved = rest + moves.get((bone["name"], channel), np.zeros(3))
            assert np.abs(moved - node[channel]).max() < 1e-9, (bone["name"], channel)


def test_every_parameter_is_moved_or_said_to_be_baked(rig: dict[str, Any]) -> None:
    assert [entry["name"] for entry in rig["parameters"]] == list(SCHEMA.names)
    for parameter, entry in zip(SCHEMA.parameters, rig["parameters"], strict=True):
        assert bool(entry.get("targets")) != entry.get("baked", False), parameter.name
        assert entry.get("baked", False) == (parameter.kind == "material")


def test_a_face_at_its_range_s_end_keeps_the_target_that_it_cannot_use() -> None:
    face = SCHEMA.defaults.copy()
    face[SCHEMA.index("person.age")] = SCHEMA.minimum[SCHEMA.index("person.age")]
    entries = {entry["name"]: entry for entry in json.loads(export_rig(face, CHOICES))["parameters"]}
    low, high = entries["person.age"]["targets"]
    assert low["scale"] == 0.0 and high["scale"] == pytest.approx(0.2)
