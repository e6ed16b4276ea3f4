"""Every declaration that stands in the engine's place has a source, and what is reflected is as the engine has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.unreal_check import declarations, evidence, reflected
from scripts.unreal_check.source import PLUGIN, Layer
from scripts.unreal_check.stub_index import Argument, StubMissing, locate, read, squash
from tests.unreal_plugin.samples import index

STUB = """\
// A component of the engine.

#pragma once

#include "CoreTypes.h"

class USkeletalMeshComponent : public USkinnedMeshComponent // R1
{
public:
	void SetMorphTarget(FName Name, float Value, bool bRemoveZeroWeight = true); // R2
	bool bPauseAnims; // R1
	int32 Count() const { return 1; } // R1
};
enum class EAnimationMode : uint8 // R3
{
	AnimationBlueprint, AnimationSingleNode, // R3
};
#define TWICE(Value) \\
	((Value) + (Value)) // R3
"""
ROWS = """\
| id | what | source |
| --- | --- | --- |
| R1 | a mesh | owner/name Source/A.cpp:12 |
| R2 | `SetMorphTarget(FName, float, bool)` | unreal-stub 0.3: SkeletalMeshComponent.set_morph_target |
| R3 | formats | https://dev.epicgames.com/documentation/en-us/unreal-engine/x; owner/name Source/A.cpp:12-14 |
"""


def layer(folder: Path, stub: str = STUB, rows: str = ROWS, name: str = "SkeletalMeshComponent.h") -> Layer:
    root = folder / "unreal_plugin"
    for path, text in ((f"Tests/Unreal/Stubs/Components/{name}", stub), ("docs/api_evidence_runtime.md", rows)):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(text, encoding="utf-8")
    return Layer(root)


def test_a_header_with_its_evidence_passes(tmp_path: Path) -> None:
    assert evidence.check(layer(tmp_path), index()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bPauseAnims; // R1", "bPauseAnims;", "names no evidence"),
        (
            "enum class EAnimationMode : uint8 // R3",
            "enum class EAnimationMode : uint8",
            "names no",
        ),
        ("	((Value) + (Value)) // R3", "	((Value) + (Value))", "names no evidence"),
        (
            "Value, bool bRemoveZeroWeight = true); // R2",
            "Value, bool bRemoveZeroWeight = true); // R9",
            "R9 has no row",
        ),
        (
            "Value, bool bRemoveZeroWeight = true); // R2",
            "Value, bool bRemoveZeroWeight = true); // R1",
            "R2 is used by no",
        ),
        ("| R3 | formats", "| R2 | formats", "stands in line 4 already"),
        ("| R3 | formats", "| C3 | formats", "belongs into api_evidence.md"),
        ("owner/name Source/A.cpp:12 |", "somebody said so |", "is no source"),
        ("owner/name Source/A.cpp:12 |", "owner/name Source/A.cpp |", "is no source"),
        ("set_morph_target |", "set_morph |", "unreal-stub does not know SkeletalMeshComponent.set_morph"),
        ("| formats | https", "| | https", "R3 says not what it is"),
    ],
)
def test_missing_evidence_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in STUB + ROWS
    found = evidence.check(layer(tmp_path, STUB.replace(old, new), ROWS.replace(old, new)), index())
    assert any(said in finding.text for finding in found), found


def test_every_header_of_the_plugin_has_its_evidence() -> None:
    assert evidence.check(Layer(), index()) == []


def test_lines_of_bodies_comments_and_directives_declare_nothing() -> None:
    text = "// a\n#if A\nint F(int B) // C1\n{\n\treturn B;\n}\n#endif\nclass A // C2\n{\npublic:\n\tA(); // C3\n};\n"
    assert [(line, mark) for line, _, mark in evidence.declaring(text)] == [(3, "C1"), (8, "C2"), (11, "C3")]


def test_a_reflected_class_as_the_engine_has_it_passes(tmp_path: Path) -> None:
    report = reflected.check(layer(tmp_path), index())
    assert report.findings == []
    assert report.compared >= 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("FName Name, float Value", "float Value, FName Name", "argument 1 is Name morph_target_name"),
        ("(FName Name, float Value, bool bRemoveZeroWeight = true)", "(FName Name)", "takes (Name morph_target_name"),
        ("bRemoveZeroWeight = true", "bRemoveZeroWeight = false", "is True by default"),
        ("float Value,", "float Value = 1.0f,", "has no default"),
        ("bool bPauseAnims", "float PauseAnims", "PauseAnims is bool in the engine"),
        ("AnimationSingleNode", "AnimationTwice", "has no value AnimationTwice"),
    ],
)
def test_a_difference_from_the_engine_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in STUB
    found = reflected.check(layer(tmp_path, STUB.replace(old, new)), index()).findings
    assert any(said in finding.text for finding in found), found


def test_a_class_in_the_wrong_header_is_named(tmp_path: Path) -> None:
    found = reflected.check(layer(tmp_path, name="MeshComponent.h"), index()).findings
    assert any("declared by SkeletalMeshComponent.h of module Engine" in finding.text for finding in found)


def test_the_plugins_headers_are_as_the_engine_has_them_and_the_rest_is_named() -> None:
    report = reflected.check(Layer(), index())
    assert report.findings == []
    assert report.compared > 100
    assert report.unknown == sorted(set(report.unknown))


def test_the_index_reads_classes_functions_properties_and_values() -> None:
    text = (
        "class Base(Object):\n    def get_it(self) -> bool:\n"
        "class Mesh(Base):\n    - **Module**: Engine\n    - **File**: Mesh.h\n"
        "    - ``pause_anims`` (bool):  [Read-Write] Pauses.\n"
        "    def set_it(self, name: Name, values: Map[str, float] = {}) -> None:\n"
        "class Kind(EnumBase):\n    - **Module**: Engine\n    KIND_A: Kind = ... #: 3: the first\n"
    )
    entries = read(text)
    assert entries["Mesh"].functions == {
        "setit": [Argument("name", "Name", None), Argument("values", "Map[str, float]", "{}")]
    }
    assert (entries["Mesh"].module, entries["Mesh"].header) == ("Engine", "Mesh.h")
    assert entries["Mesh"].properties == {"pauseanims": "bool"}
    assert entries["Kind"].values == {"kinda": 3}


def test_names_of_both_languages_meet() -> None:
    assert squash("CreateRenderTarget2D") == squash("create_render_target2d")
    assert index().property("USceneCaptureComponent2D", "bCaptureEveryFrame") == "bool"
    assert index().function("USkeletalMeshComponent", "GetOwner") == []


def test_an_install_without_the_table_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.unreal_check.stub_index.DISTRIBUTION", "unreal-stub-that-is-not-there")
    with pytest.raises(StubMissing, match=r"pip install unreal-stub-that-is-not-there==0\.3"):
        locate()
    monkeypatch.undo()
    monkeypatch.setattr("scripts.unreal_check.stub_index.VERSION", "0.4")
    with pytest.raises(StubMissing, match=r"0\.3 is installed, the checks know 0\.4"):
        locate()


def test_declarations_are_read_from_classes_of_every_form() -> None:
    path = PLUGIN / "Tests/Unreal/Stubs/Engine/EngineTypes.h"
    found = {item.name: [name for name, _ in item.values] for item in declarations.read(path)}
    assert found["ETeleportType"] == ["None", "TeleportPhysics", "ResetPhysics"]
    assert found["EComponentMobility"] == ["Static", "Stationary", "Movable"]
