// A strip without pictures takes no room.

#include "Widgets/SFaceBridgeStrip.h"

#include "Widgets/Images/SImage.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Layout/SBorder.h"
#include "Widgets/Layout/SBox.h"
#include "Widgets/Layout/SWrapBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeStrip"

void SFaceBridgeStrip::Construct(const FArguments& InArgs)
{
	Noun = InArgs._Noun;
	OnChosen = InArgs._OnChosen;
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(STextBlock)
			.Text(InArgs._Caption)
			.Visibility(this, &SFaceBridgeStrip::GetCaptionVisibility)
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SAssignNew(Box, SWrapBox).UseAllottedSize(true)
		]
	];
}

void SFaceBridgeStrip::Show(const TArray<FFaceBridgeStripItem>& InItems)
{
	bool bSame = Items.Num() == InItems.Num();
	for (int32 Index = 0; bSame && Index < Items.Num(); ++Index)
	{
		bSame = Items[Index].Picture == InItems[Index].Picture;
	}
	Items = InItems; // Which one is chosen is read from here while it is drawn.
	if (bSame)
	{
		return;
	}
	Box->ClearChildren();
	Pictures.Reset();
	for (int32 Index = 0; Index < Items.Num(); ++Index)
	{
		Pictures.Add(MakeShared<FFaceBridgePicture>());
		Box->AddSlot().Padding(2.0f, 2.0f)
		[
			MakeItem(Index)
		];
	}
}

TSharedRef<SWidget> SFaceBridgeStrip::MakeItem(int32 Index)
{
	const TSharedPtr<FFaceBridgePicture> Picture = Pictures[Index];
	return SNew(SBorder)
		.Padding(FMargin(2.0f))
		.BorderBackgroundColor_Lambda([this, Index] {
			const bool bChosen = Items.IsValidIndex(Index) && Items[Index].bChosen;
			return FSlateColor(bChosen ? FLinearColor(0.0f, 0.45f, 1.0f) : FLinearColor(0.1f, 0.1f, 0.1f));
		})
		[
			SNew(SButton)
			.ToolTipText(FText::Format(LOCTEXT("Number", "{0} {1}"), Noun, FText::AsNumber(Index + 1)))
			.ContentPadding(FMargin(0.0f))
			.OnClicked_Lambda([this, Index] {
				OnChosen.ExecuteIfBound(Index);
				return FReply::Handled();
			})
			[
				SNew(SBox).WidthOverride(FOptionalSize(64.0f)).HeightOverride(FOptionalSize(64.0f))
				[
					SNew(SImage).Image_Lambda([this, Index, Picture]() -> const FSlateBrush* {
						return Items.IsValidIndex(Index) ? Picture->Show(Items[Index].Picture) : nullptr;
					})
				]
			]
		];
}

EVisibility SFaceBridgeStrip::GetCaptionVisibility() const
{
	return Items.Num() > 0 ? EVisibility::Visible : EVisibility::Collapsed;
}

#undef LOCTEXT_NAMESPACE
