// What is chosen is the view's to say; the box tells only what a person picked.

#include "Widgets/SFaceBridgeOptions.h"

#include "Widgets/Input/SComboBox.h"
#include "Widgets/Text/STextBlock.h"

void SFaceBridgeOptions::Construct(const FArguments& InArgs)
{
	OnChosen = InArgs._OnChosen;
	ChildSlot
	[
		SAssignNew(Box, SComboBox<TSharedPtr<FString>>)
		.OptionsSource(&Options)
		.OnGenerateWidget_Lambda([](TSharedPtr<FString> Option) -> TSharedRef<SWidget> {
			return SNew(STextBlock).Text(FText::FromString(*Option));
		})
		.OnSelectionChanged_Lambda([this](TSharedPtr<FString> Option, ESelectInfo::Type How) {
			const int32 Index = Options.IndexOfByKey(Option);
			if (How != ESelectInfo::Direct && Index != INDEX_NONE && Index != Chosen)
			{
				OnChosen.ExecuteIfBound(Index);
			}
		})
		[
			SNew(STextBlock).Text(this, &SFaceBridgeOptions::GetChosenText)
		]
	];
}

void SFaceBridgeOptions::Show(const TArray<FString>& Labels, int32 InChosen)
{
	Chosen = InChosen;
	bool bSame = Labels.Num() == Options.Num();
	for (int32 Index = 0; bSame && Index < Labels.Num(); ++Index)
	{
		bSame = *Options[Index] == Labels[Index];
	}
	if (bSame)
	{
		return;
	}
	Options.Reset();
	for (const FString& Label : Labels)
	{
		Options.Add(MakeShared<FString>(Label));
	}
	Box->RefreshOptions();
	Box->ClearSelection();
}

FText SFaceBridgeOptions::GetChosenText() const
{
	return Options.IsValidIndex(Chosen) ? FText::FromString(*Options[Chosen]) : FText::GetEmpty();
}
