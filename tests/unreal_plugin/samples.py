"""A plugin of a few lines that every check lets pass, to be changed in one place and checked again."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from scripts.unreal_check import lints, syntax
from scripts.unreal_check.source import PLUGIN, Finding, Layer
from scripts.unreal_check.stub_index import Index, load, locate

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/unreal"

HEADER = """\
// A component with one value.

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"

#include "Sample.generated.h"

class USample;

/** The other object. */
UCLASS(BlueprintType)
class FACEBRIDGE_API USample : public UActorComponent
{
	GENERATED_BODY()

public:
	/** How much. */
	UPROPERTY(EditAnywhere, Category = "Sample")
	float Amount = 0.0f;

	UPROPERTY(EditAnywhere, Category = "Sample")
	TArray<float> Values;

	UPROPERTY()
	TObjectPtr<USample> Other;

	TWeakObjectPtr<USample> Seen;

	UFUNCTION(BlueprintCallable, Category = "Sample")
	void SetAmount(float Value, const FString& Name);

	void Work();
	void Other_Write(USample* Object, float Value);

private:
	void Hold(float Value);
};

DECLARE_LOG_CATEGORY_EXTERN(LogSample, Log, All);
"""
SOURCE = """\
// The component's functions.

#include "Sample.h"

#include "Async/Async.h"
#include "Containers/Ticker.h"
#include "Modules/ModuleManager.h"

#define LOCTEXT_NAMESPACE "Sample"

DEFINE_LOG_CATEGORY(LogSample);

void USample::SetAmount(float Value, const FString& Name)
{
	Modify();
	Hold(Value);
	const FText Text = FText::Format(LOCTEXT("Set", "{0} is {1}"), FText::FromString(Name), Value);
	UE_LOG(LogSample, Log, TEXT("%s"), *Text.ToString());
}

void USample::Hold(float Value)
{
	Amount = Value;
	Values.Add(Value);
}

void USample::Other_Write(USample* Object, float Value)
{
	Object->Modify();
	Object->Amount = Value;
}

void USample::Work()
{
	const float Wanted = Amount;
	TWeakObjectPtr<USample> Weak(this);
	AsyncTask(ENamedThreads::AnyBackgroundThreadNormalTask, [Wanted, Weak]()
	{
		const float Twice = Wanted * 2.0f;
		AsyncTask(ENamedThreads::GameThread, [Twice, Weak]()
		{
			if (USample* Sample = Weak.Get())
			{
				Sample->SetAmount(Twice, TEXT("twice"));
			}
		});
	});
}

IMPLEMENT_MODULE(FDefaultModuleImpl, FaceBridge)

#undef LOCTEXT_NAMESPACE
"""
BUILD_CS = """\
// The module's build rules.

public class FaceBridge : ModuleRules
{
	public FaceBridge(ReadOnlyTargetRules Target) : base(Target)
	{
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine" });
	}
}
"""
UPLUGIN = {
    "FileVersion": 3,
    "Modules": [{"Name": "FaceBridge", "Type": "Runtime", "LoadingPhase": "Default"}],
    "Plugins": [],
}
FILES = {
    "Source/FaceBridge/Public/Sample.h": HEADER,
    "Source/FaceBridge/Private/Sample.cpp": SOURCE,
    "Source/FaceBridge/FaceBridge.Build.cs": BUILD_CS,
    "FaceBridge.uplugin": json.dumps(UPLUGIN),
}


def plugin(
    folder: Path, changes: dict[str, tuple[str, str]] | None = None, more: dict[str, str] | None = None
) -> Layer:
    """The sample written under `folder`; `changes` maps a file's name to (what, with what), `more` adds files."""
    root = folder / "unreal_plugin"
    for name, text in {**FILES, **(more or {})}.items():
        short = Path(name).name
        if changes and short in changes:
            old, new = changes[short]
            assert old in text, f"{short} has no {old!r}"
            text = text.replace(old, new)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "Tests/Unreal").mkdir(parents=True)
    (root / "Tests/Unreal/Stubs").symlink_to(PLUGIN / "Tests/Unreal/Stubs")
    return Layer(root)


@functools.cache
def index() -> Index:
    """The index of the installed unreal-stub."""
    return load(locate(), BUILD)


def linted(layer: Layer) -> list[Finding]:
    return lints.check(layer, index())


def compiled(layer: Layer, folder: Path, *only: str) -> list[Finding]:
    """What the compiler has to say, of all files or of those that are named."""
    files = [file.path for file in layer.files if file.path.name in only] if only else None
    return syntax.check(layer, folder / "build", only=files)
