"""The Unreal layer of this tree passes every check that needs no engine, and ten seeded faults are each caught."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import mutate_unreal
from scripts.unreal_check import lints, mutations, syntax, wire
from scripts.unreal_check.source import CORE, MODULES, PLUGIN, Layer
from tests.unreal_plugin.samples import BUILD, compiled, index, plugin

COMMAND = re.compile(r"^### (\d+)\. ", re.MULTILINE)


def test_the_layer_keeps_the_rules_that_no_compiler_knows() -> None:
    assert lints.check(Layer(), index()) == []


@pytest.mark.timeout(600)  # Some seventy files; seconds on an idle machine, minutes on a loaded one.
def test_every_file_of_the_layer_compiles_against_the_headers_in_the_engines_place() -> None:
    assert syntax.check(Layer(), BUILD) == []


def test_the_layer_is_compiled_with_the_messages_of_the_python_side() -> None:
    assert wire.check(Layer()) == []


@pytest.mark.timeout(600)
def test_ten_faults_are_each_caught_by_the_check_that_is_named_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(mutations.TEN) == 10
    status = mutate_unreal.main([])
    told = capsys.readouterr().out
    assert status == 0, told
    assert "10 of 10 faults caught" in told


def test_a_fault_that_no_check_catches_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = plugin(tmp_path)
    file = next(file for file in layer.files if file.path.name == "Sample.cpp")
    start = file.text.index("2.0f")
    blind = mutations.Mutation(
        "nothing", file.path.relative_to(layer.plugin), start, "2.0f", "3.0f", frozenset({"narrow"})
    )
    assert not mutate_unreal.caught(layer.plugin, index(), blind, tmp_path / "build")
    assert "NOT CAUGHT by any of narrow" in capsys.readouterr().out
    assert file.path.read_text(encoding="utf-8") == file.text


def test_a_fault_without_a_place_in_the_code_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(mutations.NoPlace, match="swapped arguments"):
        mutations.all_ten(plugin(tmp_path), index())


def assurance() -> list[list[str]]:
    """The cells of each row of the files' table, the first one as it stands."""
    text = (PLUGIN / "docs/assurance.md").read_text(encoding="utf-8").split("## Files")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_every_file_of_the_layer_stands_in_the_table_of_assurance_and_no_other() -> None:
    listed = [name for row in assurance() for name in re.findall(r"`([^`]+)`", row[0])]
    source = PLUGIN / "Source"
    whole = [path for part in (*MODULES, "ThirdParty") for path in (source / part).rglob("*") if path.is_file()]
    fetched = {"include", "lib"}  # What fetch.py makes.
    whole = [path for path in whole if not fetched & set(path.parts) and not path.name.startswith(".")]
    of_the_core = [path for name in ("Private/UnrealModule.cpp", f"{CORE}.Build.cs") for path in [source / CORE / name]]
    present = [path.relative_to(PLUGIN).as_posix() for path in (*whole, *of_the_core)] + ["FaceBridge.uplugin"]
    assert sorted(listed) == sorted(present)


def test_every_row_says_what_only_a_machine_with_unreal_proves_and_by_which_command() -> None:
    commands = set(COMMAND.findall((PLUGIN / "docs/assurance.md").read_text(encoding="utf-8")))
    for file, checks, _, machine, numbers in assurance():
        assert set(checks.split()) <= set("SRLEMT") and checks, file
        assert machine, file
        assert set(numbers.split(", ")) <= commands, file


def test_the_sample_that_the_rules_are_tried_on_compiles(tmp_path: Path) -> None:
    assert compiled(plugin(tmp_path), tmp_path) == []
