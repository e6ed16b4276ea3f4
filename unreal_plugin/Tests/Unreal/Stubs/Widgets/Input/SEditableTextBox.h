// SEditableTextBox: text that is typed.

#pragma once

#include "Widgets/Input/SSearchBox.h"

class SEditableTextBox : public SWidget // S36
{
public:
	SLATE_BEGIN_ARGS(SEditableTextBox) {} // S36
		SLATE_ATTRIBUTE(FText, Text) // S36
		SLATE_ATTRIBUTE(FText, HintText) // S36
		SLATE_ATTRIBUTE(bool, IsReadOnly) // S36
		SLATE_EVENT(FOnTextChanged, OnTextChanged) // S36
		SLATE_EVENT(FOnTextCommitted, OnTextCommitted) // S36
	SLATE_END_ARGS() // S36
	void Construct(const FArguments& Args); // S36
};
