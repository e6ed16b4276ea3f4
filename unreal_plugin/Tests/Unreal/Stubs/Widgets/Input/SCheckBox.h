// SCheckBox: on, off, or both.

#pragma once

#include "Widgets/SWidget.h"

using FOnCheckStateChanged = TDelegate<void(ECheckBoxState)>; // S32
class SCheckBox : public SWidget // S32
{
public:
	SLATE_BEGIN_ARGS(SCheckBox) {} // S32
		SLATE_DEFAULT_SLOT(FArguments, Content) // S32
		SLATE_STYLE_ARGUMENT(FCheckBoxStyle, Style) // S32
		SLATE_ATTRIBUTE(ECheckBoxState, IsChecked) // S32
		SLATE_EVENT(FOnCheckStateChanged, OnCheckStateChanged) // S32
	SLATE_END_ARGS() // S32
	void Construct(const FArguments& Args); // S32
};
