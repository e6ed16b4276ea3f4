// SCompoundWidget: a widget made of others, in ChildSlot.

#pragma once

#include "Widgets/SWidget.h"

struct FStubChildSlot // S23
{
	FStubChildSlot& operator[](const TSharedRef<SWidget>& Child); // S23
	FStubChildSlot& Padding(TAttribute<FMargin> Margin); // S23
};
class SCompoundWidget : public SWidget // S23
{
protected:
	FStubChildSlot ChildSlot; // S23
};
