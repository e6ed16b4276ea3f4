// SSearchBox: text that narrows a list.

#pragma once

#include "Widgets/SWidget.h"

using FOnTextChanged = TDelegate<void(const FText&)>; // S34
using FOnTextCommitted = TDelegate<void(const FText&, ETextCommit::Type)>; // S34
class SSearchBox : public SWidget // S35
{
public:
	SLATE_BEGIN_ARGS(SSearchBox) {} // S35
		SLATE_ATTRIBUTE(FText, HintText) // S35
		SLATE_ATTRIBUTE(FText, InitialText) // S35
		SLATE_EVENT(FOnTextChanged, OnTextChanged) // S35
		SLATE_EVENT(FOnTextCommitted, OnTextCommitted) // S35
	SLATE_END_ARGS() // S35
	void Construct(const FArguments& Args); // S35
};
