"""Each rule of the Unreal layer catches its fault and lets the right form pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unreal_plugin.samples import linted, plugin

HEADER, SOURCE, BUILD = "Sample.h", "Sample.cpp", "FaceBridge.Build.cs"
FAULTS = {
    "generated-last": [
        (HEADER, '#include "Sample.generated.h"', '#include "Sample.generated.h"\n#include "UObject/Package.h"'),
    ],
    "generated": [
        (HEADER, '"Sample.generated.h"', '"Other.generated.h"'),
        (HEADER, '#include "Sample.generated.h"\n', ""),
        (SOURCE, '#include "Sample.h"', '#include "Sample.h"\n#include "Sample.generated.h"'),
    ],
    "generated-body": [(HEADER, "\tGENERATED_BODY()\n", "")],
    "prefix": [(HEADER, "class FACEBRIDGE_API USample", "class FACEBRIDGE_API FSample")],
    "blueprint-type": [
        (HEADER, "class USample;", "UENUM()\nenum class ESample : int32\n{\n\tOne\n};\n\nclass USample;")
    ],
    "reflected-type": [
        (HEADER, "void SetAmount(float Value,", "void SetAmount(uint32 Value,"),
        (HEADER, "void SetAmount(float Value,", "void SetAmount(FNowhere Value,"),
        (HEADER, "\tTArray<float> Values;", "\tTArray<FNowhere> Values;"),
        (HEADER, "\tTArray<float> Values;", "\tstd::vector<float> Values;"),
        (HEADER, "\tvoid Work();", "\tUFUNCTION()\n\tvoid SetAmount(float Value);\n\n\tvoid Work();"),
    ],
    "exported": [
        (HEADER, "class FACEBRIDGE_API USample", "class USample"),
        (HEADER, "DECLARE_LOG", "class FHelp\n{\npublic:\n\tvoid Do();\n};\n\nDECLARE_LOG"),
        (HEADER, "DECLARE_LOG", "namespace Help\n{\n\tvoid Do(int32 Count);\n}\n\nDECLARE_LOG"),
    ],
    "loctext": [
        (SOURCE, "#undef LOCTEXT_NAMESPACE\n", ""),
        (SOURCE, '#define LOCTEXT_NAMESPACE "Sample"\n', ""),
        (SOURCE, "#undef LOCTEXT_NAMESPACE\n", '#undef LOCTEXT_NAMESPACE\nstatic FText T = LOCTEXT("A", "a");\n'),
    ],
    "narrow": [
        (SOURCE, 'TEXT("twice")', 'FString("twice")'),
        (SOURCE, 'TEXT("%s")', '"%s"'),
        (SOURCE, "Modify();", 'Modify();\n\tconst FName Key = "key";'),
    ],
    "object-pointer": [
        (HEADER, "\tUPROPERTY()\n\tTObjectPtr<USample> Other;", "\tTObjectPtr<USample> Other;"),
        (HEADER, "\tUPROPERTY()\n\tTObjectPtr<USample> Other;", "\tUSample* Other = nullptr;"),
        (HEADER, "\tUPROPERTY()\n\tTObjectPtr<USample> Other;", "\tTArray<USample*> Others;"),
        (HEADER, "DECLARE_LOG", "struct FHelp\n{\n\tconst USample* Held;\n};\n\nDECLARE_LOG"),
    ],
    "thread": [
        (SOURCE, "Twice = Wanted * 2.0f;", "Twice = Wanted * 2.0f;\n\t\tWeak->SetAmount(Twice, FString());"),
        (SOURCE, "[Wanted, Weak]()", "[this, Wanted, Weak]()"),
        (SOURCE, "Twice = Wanted * 2.0f;", "Twice = Wanted * GetDefault<USample>()->Amount;"),
        (SOURCE, "ENamedThreads::GameThread", "ENamedThreads::AnyThread"),
    ],
    "modify": [
        (SOURCE, "\tModify();\n", ""),
        (SOURCE, "\tObject->Modify();\n", ""),
        (SOURCE, "\tModify();\n\tHold(Value);", "\tHold(Value);\n\tModify();"),
    ],
    "module": [
        (BUILD, ', "Engine"', ""),
        (BUILD, ', "Engine"', ', "Engine", "UnrealEd"'),
        (SOURCE, "IMPLEMENT_MODULE(FDefaultModuleImpl, FaceBridge)\n", ""),
        (SOURCE, '#include "Async/Async.h"', '#include "Async/Async.h"\n#include "NotKnown/Anywhere.h"'),
    ],
    "module-unused": [(BUILD, ', "Engine"', ', "Engine", "RHI"')],
    "uplugin": [
        ("FaceBridge.uplugin", '"FileVersion": 3,', '"FileVersion": 3,,'),
        ("FaceBridge.uplugin", '"Default"', '"Sometime"'),
        ("FaceBridge.uplugin", '"FaceBridge"', '"FaceBridges"'),
        (BUILD, ', "Engine"', ', "Engine", "ControlRig"'),
    ],
    "standard-include": [(SOURCE, "Modify();", "Modify();\n\tstd::string Unnamed;")],
    "opening": [(SOURCE, "// The component's functions.\n", "")],
}


def test_the_right_form_passes_every_rule(tmp_path: Path) -> None:
    assert linted(plugin(tmp_path)) == []


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [(check, *fault) for check, faults in FAULTS.items() for fault in faults],
    ids=[f"{check}-{number}" for check, faults in FAULTS.items() for number, _ in enumerate(faults, 1)],
)
def test_a_fault_is_caught_by_the_rule_that_is_named_for_it(
    tmp_path: Path, check: str, file: str, old: str, new: str
) -> None:
    found = linted(plugin(tmp_path, {file: (old, new)}))
    assert check in {finding.check for finding in found}, found


def test_a_file_that_is_too_long_is_named(tmp_path: Path) -> None:
    found = linted(plugin(tmp_path, {SOURCE: ("\tModify();\n", "\tModify();\n" + "\n" * 300)}))
    assert [finding.check for finding in found] == ["length"]


def test_an_object_that_was_just_made_needs_no_modify(tmp_path: Path) -> None:
    made = "\tObject = NewObject<USample>();\n\tObject->Amount = Value;"
    assert linted(plugin(tmp_path, {SOURCE: ("\tObject->Modify();\n\tObject->Amount = Value;", made)})) == []


def test_a_class_that_names_its_objects_to_the_collector_may_hold_them(tmp_path: Path) -> None:
    text = "class FHelp : public FGCObject\n{\npublic:\n\tTObjectPtr<USample> Held;\n};\n\nDECLARE_LOG"
    assert linted(plugin(tmp_path, {HEADER: ("DECLARE_LOG", text)})) == []


@pytest.mark.parametrize(
    ("base", "function"),
    [("FRunnable", "virtual uint32 Run() override"), ("facebridge::Log", "virtual void write(int) override")],
)
def test_a_thread_of_ones_own_and_the_cores_thread_touch_no_object(tmp_path: Path, base: str, function: str) -> None:
    text = f"class FHelp : public {base}\n{{\npublic:\n\t{function}\n\t{{\n\t\tHeld->Work();\n\t}}\n"
    text += "\tTWeakObjectPtr<USample> Held;\n};\n\nDECLARE_LOG"
    found = linted(plugin(tmp_path, {HEADER: ("DECLARE_LOG", text)}))
    assert [finding.check for finding in found] == ["thread"], found
