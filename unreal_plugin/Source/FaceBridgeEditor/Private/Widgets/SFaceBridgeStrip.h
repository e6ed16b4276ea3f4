// Small pictures in a row to choose one from: faces in a photo, other readings of it.

#pragma once

#include "CoreMinimal.h"
#include "FaceBridgePicture.h"
#include "Widgets/SCompoundWidget.h"

class SWrapBox;

DECLARE_DELEGATE_OneParam(FOnFaceBridgeChosen, int32);

/** One picture of a strip. */
struct FFaceBridgeStripItem
{
	facebridge::Picture Picture;
	bool bChosen = false;
};

class SFaceBridgeStrip : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeStrip) {}
		/** What stands above the pictures. */
		SLATE_ARGUMENT(FText, Caption)
		/** What each picture is called: "Face" for "Face 1" and so on. */
		SLATE_ARGUMENT(FText, Noun)
		SLATE_EVENT(FOnFaceBridgeChosen, OnChosen)
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs);

	/** Show these; the buttons are made anew only when the pictures are others. */
	void Show(const TArray<FFaceBridgeStripItem>& InItems);

private:
	TSharedRef<SWidget> MakeItem(int32 Index);
	EVisibility GetCaptionVisibility() const;

	FText Noun;
	FOnFaceBridgeChosen OnChosen;
	TArray<FFaceBridgeStripItem> Items;
	TArray<TSharedPtr<FFaceBridgePicture>> Pictures;
	TSharedPtr<SWrapBox> Box;
};
