// One of several named options: a choice of the character, an archetype, a bundle.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SCompoundWidget.h"

template <typename OptionType>
class SComboBox;

DECLARE_DELEGATE_OneParam(FOnFaceBridgeOption, int32);

class SFaceBridgeOptions : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeOptions) {}
		SLATE_EVENT(FOnFaceBridgeOption, OnChosen)
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs);

	/** Offer these, with this one chosen; harmless when nothing is different. */
	void Show(const TArray<FString>& Labels, int32 InChosen);

private:
	FText GetChosenText() const;

	FOnFaceBridgeOption OnChosen;
	TArray<TSharedPtr<FString>> Options;
	TSharedPtr<SComboBox<TSharedPtr<FString>>> Box;
	int32 Chosen = INDEX_NONE;
};
