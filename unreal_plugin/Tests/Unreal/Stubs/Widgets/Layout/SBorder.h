// SBorder: one widget with something painted behind it.

#pragma once

#include "Widgets/SWidget.h"

class SBorder : public SWidget // S41
{
public:
	SLATE_BEGIN_ARGS(SBorder) {} // S41
		SLATE_DEFAULT_SLOT(FArguments, Content) // S41
		SLATE_ATTRIBUTE(const FSlateBrush*, BorderImage) // S41
		SLATE_ATTRIBUTE(FSlateColor, BorderBackgroundColor) // S41
		SLATE_ATTRIBUTE(FMargin, Padding) // S41
		SLATE_ARGUMENT(EHorizontalAlignment, HAlign) // S41
		SLATE_ARGUMENT(EVerticalAlignment, VAlign) // S41
	SLATE_END_ARGS() // S41
	void Construct(const FArguments& Args); // S41
};
