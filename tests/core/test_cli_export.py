"""`facebridge export`: a glTF file of the face that was asked for, or one sentence and nothing written."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from core.cli.main import main
from engine_bridge.engines.embedded.schema import embedded_schema
from engine_bridge.parameter_file import parameters_document


def test_a_face_is_written_with_its_values_and_a_line_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = embedded_schema()
    vector = schema.defaults.copy()
    vector[schema.index("nose.width")] = 1.25
    params, out = tmp_path / "p.json", tmp_path / "head.glb"
    params.write_text(json.dumps(parameters_document(schema, vector, schema.choice_vector({"base": "male"}))))
    assert main(["export", "--glb", str(out), "--params", str(params)]) == 0
    data = out.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + length])
    mesh, extras = document["meshes"][0], document["extras"]["facebridge"]
    weights = dict(zip(mesh["extras"]["targetNames"], mesh["weights"], strict=True))
    assert {name: weight for name, weight in weights.items() if weight} == {"nose.width.max": 0.5}
    assert extras["choices"]["base"] == "male" and extras["schema"]["hash"] == schema.hash
    shapes = sum(parameter.kind == "shape" for parameter in schema.parameters)
    assert f"{shapes} parameters as morph targets" in capsys.readouterr().out
    assert len(mesh["extras"]["targetNames"]) == 2 * shapes + 52


def test_a_rig_file_is_written_alone_and_says_what_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "head.rig.json"
    assert main(["export", "--rig", str(out)]) == 0
    document = json.loads(out.read_text())
    assert document["format"] == "facebridge-rig" and document["schema"]["hash"] == embedded_schema().hash
    assert [path.name for path in tmp_path.iterdir()] == ["head.rig.json"]
    assert "head.rig.json: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--glb", "head.fbx"], "head.fbx, expected a file name ending in .glb"),
        (["--glb", "head.glb", "--params", "gone.json"], "There is no parameter file gone.json"),
        (["--rig", "rig.txt"], "--rig is rig.txt, expected a file name ending in .json"),
        (["--params", "gone.json"], "give --glb FILE.glb, --rig FILE.json or both"),
    ],
)
def test_a_wrong_file_is_said_in_one_sentence_and_nothing_is_written(
    arguments: list[str],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", *arguments]) == 1
    assert named in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_parameter_of_another_character_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = embedded_schema()
    document = parameters_document(schema, schema.defaults, schema.choice_vector({}))
    document["parameters"]["tail.length"] = 0.0
    (tmp_path / "p.json").write_text(json.dumps(document))
    assert main(["export", "--glb", str(tmp_path / "head.glb"), "--params", str(tmp_path / "p.json")]) == 1
    assert "tail.length" in capsys.readouterr().err
    assert not (tmp_path / "head.glb").exists()
