"""The C++ core moves the exported head by its rig file exactly as the Python side does."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine_bridge.engines.embedded.gltf import export_rig
from engine_bridge.engines.embedded.gltf.shared import shared
from engine_bridge.engines.embedded.gltf.targets import Targets
from engine_bridge.engines.embedded.schema import embedded_schema
from engine_bridge.parameter_file import parameters_document
from tests.unreal_plugin.programs import program

SCHEMA = embedded_schema()
NEUTRAL = SCHEMA.choice_vector({})


def ran(*arguments: str | Path) -> Any:
    command = [str(program("facebridge-rig")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rig")
    (folder / "schema.json").write_bytes(SCHEMA.to_json())
    (folder / "rig.json").write_bytes(export_rig(SCHEMA.defaults, NEUTRAL))
    return {"schema": folder / "schema.json", "rig": folder / "rig.json", "folder": folder}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weights_and_bones_of_a_face_are_those_of_the_exporter(files: dict[str, Path], seed: int) -> None:
    face = np.random.default_rng(seed).uniform(-2.5, 2.5, len(SCHEMA.names)).astype(np.float32).round(4)
    params = files["folder"] / f"{seed}.json"
    params.write_text(json.dumps(parameters_document(SCHEMA, face, NEUTRAL)))
    pose = ran("--schema", files["schema"], "--rig", files["rig"], "--params", params)

    of_all = shared(False)
    targets = Targets(SCHEMA, of_all.morph, of_all.expressions, face, 1)
    # The file's base mesh holds the neutral person, not this one.
    targets.rest_values = SCHEMA.defaults.copy()
    expected = dict(zip(targets.names, targets.weights(), strict=True))
    assert pose["morphs"].keys() == {name for name in expected if "." in name}
    for name, weight in pose["morphs"].items():
        assert abs(weight - expected[name]) < 1e-6, name

    values = {name: float(value) for name, value in zip(SCHEMA.names, face, strict=True)}
    nodes = {node["name"]: node for node in of_all.skeleton.nodes(2, values)}
    assert {bone["bone"] for bone in pose["bones"]} == nodes.keys()
    for bone in pose["bones"]:
        node = nodes[bone["bone"]]
        moved = np.array(node["extras"]["rest_translation"]) + bone["translation"]
        assert np.abs(moved - node["translation"]).max() < 1e-8, bone["bone"]
        assert np.abs(np.array(bone["scale"]) - node["scale"]).max() < 1e-8, bone["bone"]


def test_all_targets_of_the_head_bind_whatever_an_importer_does_to_their_names(files: dict[str, Path]) -> None:
    rig = json.loads(files["rig"].read_text())
    morphs = [t["morph"] for entry in rig["parameters"] for t in entry.get("targets", []) if "morph" in t]
    names = files["folder"] / "names.json"
    for spoil in (str, str.upper, lambda name: name.replace(".", "_"), lambda name: f"head_{name}"):
        names.write_text(json.dumps({"morphs": [spoil(name) for name in [*morphs, *rig["expressions"]]]}))
        with_file = ran("--schema", files["schema"], "--names", names, "--rig", files["rig"])
        assert with_file["bindings"] == len(morphs) == 302
        assert with_file["targets"] == []
        by_name = ran("--schema", files["schema"], "--names", names)
        assert by_name["bindings"] == len(morphs)
        assert len(by_name["targets"]) == len(rig["expressions"]) == 52
        bound = [parameter.name for parameter in SCHEMA.parameters if parameter.kind != "shape"]
        assert by_name["parameters"] == bound


def test_a_missing_argument_and_a_foreign_rig_are_said_in_one_sentence(files: dict[str, Path]) -> None:
    other = files["folder"] / "other.json"
    other.write_text(re.sub(r'"hash": "\w+"', f'"hash": "{"0" * 64}"', files["rig"].read_text()))
    names = files["folder"] / "none.json"
    names.write_text("{}")
    for arguments, words in (
        (["--schema", files["schema"]], "Give --schema FILE"),
        (["--schema", files["schema"], "--names", names, "--rig", other], "belongs to the schema 000000000000"),
        (["--schema", files["schema"], "--names", files["schema"].with_name("gone"), "--rig", files["rig"]], "gone"),
    ):
        command = [str(program("facebridge-rig")), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1 and words in done.stderr, done.stderr
