// SWrapBox: widgets beside each other, in as many lines as they need.

#pragma once

#include "Widgets/SBoxPanel.h"

class SWrapBox : public SWidget // S44
{
public:
	struct FSlot // S44
	{
		struct FSlotArguments : public TStubSlotArguments<FSlotArguments> {}; // S44
	};
	static FSlot::FSlotArguments Slot(); // S44
	SLATE_BEGIN_ARGS(SWrapBox) {} // S44
		SLATE_SLOT_ARGUMENT(SWrapBox::FSlot, Slots) // S44
		SLATE_ARGUMENT(bool, UseAllottedSize) // S44
		SLATE_ARGUMENT(FVector2D, InnerSlotPadding) // S44
	SLATE_END_ARGS() // S44
	void Construct(const FArguments& Args); // S44
	FSlot::FSlotArguments AddSlot(); // S44
	void ClearChildren(); // S44
};
