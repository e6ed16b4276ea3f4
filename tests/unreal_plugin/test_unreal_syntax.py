"""The stub headers are as strict as the engine, or stricter: what Unreal refuses does not pass here either."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.unreal_plugin.samples import compiled, plugin

HEADER, SOURCE = "Sample.h", "Sample.cpp"
IN_BODY = "\tModify();\n"
REFUSED = {
    "a narrow literal for a string": 'FString Text("narrow"); Text.Empty();',
    "a narrow literal for a name": 'SetAmount(1.0f, FName("narrow").ToString());',
    "a narrow literal in a log line": 'UE_LOG(LogSample, Log, "narrow");',
    "a std::string for a string": 'FString Text = std::string("narrow"); Text.Empty();',
    "a string where a log line wants its characters": 'UE_LOG(LogSample, Log, TEXT("%s"), Name);',
    "a number where a log line wants characters": 'UE_LOG(LogSample, Log, TEXT("%s"), 3);',
    "an argument too few in a log line": 'UE_LOG(LogSample, Log, TEXT("%s %d"), *Name);',
    "an argument too many in a format": 'FString::Printf(TEXT("%d"), 1, 2).Len();',
    "64 bits for a sign of 32": 'FString::Printf(TEXT("%d"), int64(1)).Len();',
    "a log category that is not declared": 'UE_LOG(LogOther, Log, TEXT("a"));',
    "a delegate with another argument": "FTickerDelegate::CreateLambda([](FString) { return true; });",
    "a delegate with another result": "FSimpleDelegate::CreateUObject(this, &USample::SetAmount);",
    "a shared delegate of what is not shared": "FSimpleDelegate::CreateSP(this, &USample::Work);",
    "an object delegate of what is no object": "FString A; FSimpleDelegate::CreateUObject(&A, &FString::Shrink);",
    "a text that was never marked for translation": "FText Text = Name; Text.IsEmpty();",
    "a text from a literal": 'FText Text = TEXT("a"); Text.IsEmpty();',
    "a string in a text's format": 'FText::Format(INVTEXT("{0}"), Name).IsEmpty();',
    "texts compared with ==": "if (FText() == FText()) { Work(); }",
    "a shared reference of nothing": "TSharedRef<int32> Count = nullptr; Count.Get();",
    "a raw pointer for a shared one": "TSharedPtr<int32> Count = new int32(1); Count.Get();",
    "a copied unique pointer": "TUniquePtr<int32> A = MakeUnique<int32>(1); TUniquePtr<int32> B = A; B.Get();",
    "an object that was made on the stack": "USample Sample(*this); Sample.Work();",
    "a class that is none of the engine's": "NewObject<int32>()->Work();",
    "a pointer to another class": "TObjectPtr<AActor> Actor = this; Actor.Get();",
    "a header that was not included": 'FPaths::FileExists(TEXT("a"));',
    "a call with swapped arguments": 'SetAmount(TEXT("a"), 1.0f);',
    "a moved constant": "const FString A = Name; FString B = MoveTemp(A); B.Len();",
    "an argument that is not used up": "int32 Unused = 3;",
}
PASSES = {
    "a format with its signs": 'FString::Printf(TEXT("%s %d %lld %.2f %5.1f%%"), *Name, 1, int64(2), 1.0f, 2.0).Len();',
    "a log line": 'UE_LOG(LogSample, Warning, TEXT("%s"), *Name);',
    "a delegate of its signature": "FTickerDelegate::CreateLambda([](float) { return true; });",
    "a member function with a payload": "FSimpleDelegate::CreateUObject(this, &USample::SetAmount, Value, Name);",
    "a weak lambda": "FTickerDelegate::CreateWeakLambda(this, [this](float) { return Amount > 0.0f; });",
    "a ticker": "FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateLambda([](float) { return false; }));",
    "containers": "TMap<FName, float> Map; for (const TPair<FName, float>& Pair : Map) { Values.Add(Pair.Value); }",
    "names": 'const FName Key(TEXT("a")); Key.ToString().Len();',
    "sorting with a lambda": "Values.Sort([](float A, float B) { return A < B; });",
    "text out and back": "const FTCHARToUTF8 Utf8(*Name); FString Back(UTF8_TO_TCHAR(Utf8.Get())); Back.Len();",
    "a shared object": "TSharedRef<int32> Count = MakeShared<int32>(3); TWeakPtr<int32> Weak = Count; Weak.Pin();",
    "a check with words": 'checkf(Value > 0.0f, TEXT("%s"), *Name);',
    "casts": "if (USample* Sample = Cast<USample>(GetOuter())) { Sample->Work(); }",
    "a local type": "struct FPart { float A; }; TArray<FPart> Parts; Parts.Add(FPart{Value}); Parts.Num();",
}


def blocks(lines: Iterable[str]) -> str:
    """Each line in braces of its own, so that none sees another's names."""
    return IN_BODY + "".join(f"\t{{\n\t\t{line}\n\t}}\n" for line in lines)


def test_the_compiler_refuses_each_of_these_and_says_where(tmp_path: Path) -> None:
    layer = plugin(tmp_path, {SOURCE: (IN_BODY, blocks(REFUSED.values()))})
    found = compiled(layer, tmp_path, SOURCE)
    written = next(file for file in layer.files if file.path.name == SOURCE).text.splitlines()
    lines = {finding.line for finding in found if finding.path.endswith(SOURCE)}
    missed = [what for what, line in REFUSED.items() if written.index(f"\t\t{line}") + 1 not in lines]
    assert missed == []


def test_the_compiler_accepts_each_of_these(tmp_path: Path) -> None:
    assert compiled(plugin(tmp_path, {SOURCE: (IN_BODY, blocks(PASSES.values()))}), tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\tGENERATED_BODY()\n\n", ""),
        ('#include "Sample.generated.h"', '#include "Other.generated.h"'),
        ("\tGENERATED_BODY()\n", "\tGENERATED_BODY() GENERATED_BODY()\n"),
    ],
)
def test_a_class_without_its_generated_body_does_not_compile(tmp_path: Path, old: str, new: str) -> None:
    assert compiled(plugin(tmp_path, {HEADER: (old, new)}), tmp_path)


def test_what_only_the_editor_has_does_not_pass_in_a_packaged_game(tmp_path: Path) -> None:
    undo = "\tvirtual void PostEditUndo() override;\n\n\tvoid Work();\n"
    found = compiled(plugin(tmp_path, {HEADER: ("\tvoid Work();\n", undo)}), tmp_path)
    assert found
    assert all("packaged game" in finding.text for finding in found)


def test_a_header_that_leans_on_another_files_includes_is_caught(tmp_path: Path) -> None:
    found = compiled(plugin(tmp_path, {HEADER: ('#include "Components/ActorComponent.h"\n', "")}), tmp_path)
    assert {finding.path for finding in found} >= {"unreal_plugin/Source/FaceBridge/Public/Sample.h"}


def test_two_sources_with_a_name_of_their_own_collide_as_in_unreals_build(tmp_path: Path) -> None:
    text = '// More.\n\n#include "Sample.h"\n\nstatic int32 Twice(int32 Value)\n{\n\treturn Value * 2;\n}\n'
    text += "\nint32 Name(int32 Value)\n{\n\treturn Twice(Value);\n}\n"
    more = {f"Source/FaceBridge/Private/{name}.cpp": text.replace("Name", name) for name in ("One", "Two")}
    found = compiled(plugin(tmp_path, more=more), tmp_path)
    assert found
    assert all("as one" in finding.text for finding in found)


def test_a_name_that_hides_another_is_an_error_as_in_unreals_build(tmp_path: Path) -> None:
    hiding = blocks(["const float Value = 1.0f; Values.Add(Value);"])
    found = compiled(plugin(tmp_path, {SOURCE: (IN_BODY, hiding)}), tmp_path, SOURCE)
    assert any("shadows" in finding.text for finding in found)
