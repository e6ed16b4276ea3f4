// SBox: one widget with a size of its own.

#pragma once

#include "Types/SlateStructs.h"
#include "Widgets/SWidget.h"

class SBox : public SWidget // S40
{
public:
	SLATE_BEGIN_ARGS(SBox) {} // S40
		SLATE_DEFAULT_SLOT(FArguments, Content) // S40
		SLATE_ARGUMENT(EHorizontalAlignment, HAlign) // S40
		SLATE_ARGUMENT(EVerticalAlignment, VAlign) // S40
		SLATE_ATTRIBUTE(FMargin, Padding) // S40
		SLATE_ATTRIBUTE(FOptionalSize, WidthOverride) // S40
		SLATE_ATTRIBUTE(FOptionalSize, HeightOverride) // S40
		SLATE_ATTRIBUTE(FOptionalSize, MinDesiredWidth) // S40
		SLATE_ATTRIBUTE(FOptionalSize, MinDesiredHeight) // S40
	SLATE_END_ARGS() // S40
	void Construct(const FArguments& Args); // S40
	void SetContent(const TSharedRef<SWidget>& Child); // S40
};
