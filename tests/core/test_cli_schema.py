"""`facebridge schema`: what it shows and exports comes from the engine, byte for byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from core.cli.main import main
from engine_bridge.engines import engine_schema
from engine_bridge.parameter_file import read_parameters
from engine_bridge.schema import CharacterSchema


def test_show_lists_every_parameter_choice_and_the_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "show", "--engine", "pattern"]) == 0
    text, schema = capsys.readouterr().out, engine_schema("pattern")
    assert schema.hash in text
    assert f"{schema.count} parameters" in text
    assert all(name in text for name in schema.names)
    assert all(choice.name in text for choice in schema.choices)


def test_show_of_one_group_leaves_the_others_out(capsys: pytest.CaptureFixture[str]) -> None:
    schema = engine_schema("embedded")
    wanted, other = list(schema.groups)[:2]
    assert main(["schema", "show", "--group", wanted]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = {line.split()[0] for line in lines if line.startswith("  ")}
    assert listed == set(schema.groups[wanted])
    assert not listed & set(schema.groups[other])


def test_show_of_an_unknown_group_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "show", "--engine", "pattern", "--group", "nose"]) == 1
    text = capsys.readouterr().err
    assert "'nose'" in text
    assert "waves" in text


def test_export_writes_the_bytes_that_the_hash_covers(tmp_path: Path) -> None:
    path = tmp_path / "new" / "schema.json"
    assert main(["schema", "export", "--out", str(path)]) == 0
    data, schema = path.read_bytes(), engine_schema("embedded")
    assert hashlib.sha256(data).hexdigest() == schema.hash
    assert CharacterSchema.from_json(data).difference(schema) is None


def test_export_without_a_file_prints_the_same_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schema", "export", "--engine", "pattern"]) == 0
    assert capfdbinary.readouterr().out == engine_schema("pattern").to_json()


def test_neutral_writes_a_parameter_file_of_the_defaults(tmp_path: Path) -> None:
    path, schema = tmp_path / "neutral.json", engine_schema("embedded")
    assert main(["schema", "neutral", "--out", str(path)]) == 0
    parameters, choices = read_parameters(path, schema)
    assert parameters.tolist() == schema.defaults.tolist()
    assert choices.tolist() == schema.default_choices.tolist()
    assert json.loads(path.read_text())["schema"]["hash"] == schema.hash


def test_an_unknown_engine_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "show", "--engine", "unity"]) == 1
    assert "'unity'" in capsys.readouterr().err
