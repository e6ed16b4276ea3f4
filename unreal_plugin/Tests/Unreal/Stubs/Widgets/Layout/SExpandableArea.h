// SExpandableArea: a header, and what it shows when it is opened.

#pragma once

#include "Widgets/SWidget.h"

using FOnBooleanValueChanged = TDelegate<void(bool)>; // S45
class SExpandableArea : public SWidget // S45
{
public:
	SLATE_BEGIN_ARGS(SExpandableArea) {} // S45
		SLATE_NAMED_SLOT(FArguments, HeaderContent) // S45
		SLATE_NAMED_SLOT(FArguments, BodyContent) // S45
		SLATE_ATTRIBUTE(FText, AreaTitle) // S45
		SLATE_ARGUMENT(bool, InitiallyCollapsed) // S45
		SLATE_ATTRIBUTE(FMargin, Padding) // S45
		SLATE_EVENT(FOnBooleanValueChanged, OnAreaExpansionChanged) // S45
	SLATE_END_ARGS() // S45
	void Construct(const FArguments& Args); // S45
	void SetExpanded(bool bExpanded); // S45
	bool IsExpanded() const; // S45
};
