// Every change is a transaction; within a drag it becomes part of the drag's own.

#include "FaceBridgeSelection.h"

#include "Editor.h"
#include "FaceBridgeCharacterComponent.h"
#include "FaceBridgeText.h"
#include "GameFramework/Actor.h"
#include "ScopedTransaction.h"
#include "Selection.h"

#define LOCTEXT_NAMESPACE "FaceBridgeSelection"

FFaceBridgeSelection::~FFaceBridgeSelection()
{
	OnOtherValues.Unbind();
	Select(nullptr);
}

void FFaceBridgeSelection::Update()
{
	const USelection* Actors = GEditor != nullptr ? GEditor->GetSelectedActors() : nullptr;
	for (int32 Index = 0; Actors != nullptr && Index < Actors->Num(); ++Index)
	{
		const AActor* Actor = Cast<AActor>(Actors->GetSelectedObject(Index));
		UFaceBridgeCharacterComponent* Component =
			Actor != nullptr ? Actor->FindComponentByClass<UFaceBridgeCharacterComponent>() : nullptr;
		if (Component != nullptr)
		{
			Select(Component);
			return;
		}
	}
}

void FFaceBridgeSelection::Select(UFaceBridgeCharacterComponent* Component)
{
	UFaceBridgeCharacterComponent* Before = Selected.Get();
	if (Before == Component)
	{
		return;
	}
	if (Before != nullptr)
	{
		Before->OnCharacterChanged.Remove(Changed);
	}
	Selected = Component;
	if (Component != nullptr)
	{
		Changed = Component->OnCharacterChanged.AddRaw(this, &FFaceBridgeSelection::HandleCharacterChanged);
		OnOtherValues.ExecuteIfBound();
	}
}

UFaceBridgeCharacterComponent* FFaceBridgeSelection::Get() const
{
	return Selected.Get();
}

bool FFaceBridgeSelection::apply(const facebridge::Schema& Schema, const facebridge::Character& Character,
	const std::string& Step, std::string& Problem)
{
	UFaceBridgeCharacterComponent* Component = Selected.Get();
	if (Component == nullptr)
	{
		return true; // Nothing is selected: the values stay in the panel until something is.
	}
	const TGuardValue<bool> Guard(bApplying, true);
	const FScopedTransaction Transaction(FText::Format(LOCTEXT("Step", "FaceBridge: {0}"), FaceBridge::ToText(Step)));
	Component->Modify();
	FString Words;
	if (!Component->ApplyCharacter(Schema, Character, Words))
	{
		Problem = FaceBridge::ToCore(Words);
		return false;
	}
	return true;
}

void FFaceBridgeSelection::HandleCharacterChanged()
{
	if (!bApplying)
	{
		OnOtherValues.ExecuteIfBound();
	}
}

#undef LOCTEXT_NAMESPACE
