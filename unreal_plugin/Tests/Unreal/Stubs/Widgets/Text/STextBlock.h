// STextBlock: text that is read.

#pragma once

#include "Widgets/SWidget.h"

class STextBlock : public SWidget // S30
{
public:
	SLATE_BEGIN_ARGS(STextBlock) {} // S30
		SLATE_ATTRIBUTE(FText, Text) // S30
		SLATE_ATTRIBUTE(FText, HighlightText) // S30
		SLATE_ATTRIBUTE(FSlateColor, ColorAndOpacity) // S30
		SLATE_ATTRIBUTE(bool, AutoWrapText) // S30
		SLATE_STYLE_ARGUMENT(FTextBlockStyle, TextStyle) // S30
	SLATE_END_ARGS() // S30
	void Construct(const FArguments& Args); // S30
	void SetText(const TAttribute<FText>& Text); // S30
};
