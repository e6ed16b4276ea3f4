// SButton: something to press.

#pragma once

#include "Widgets/SWidget.h"

using FOnClicked = TDelegate<FReply()>; // S31
class SButton : public SWidget // S31
{
public:
	SLATE_BEGIN_ARGS(SButton) {} // S31
		SLATE_DEFAULT_SLOT(FArguments, Content) // S31
		SLATE_STYLE_ARGUMENT(FButtonStyle, ButtonStyle) // S31
		SLATE_ATTRIBUTE(FText, Text) // S31
		SLATE_ATTRIBUTE(FMargin, ContentPadding) // S31
		SLATE_ARGUMENT(EHorizontalAlignment, HAlign) // S31
		SLATE_ARGUMENT(EVerticalAlignment, VAlign) // S31
		SLATE_EVENT(FOnClicked, OnClicked) // S31
	SLATE_END_ARGS() // S31
	void Construct(const FArguments& Args); // S31
};
