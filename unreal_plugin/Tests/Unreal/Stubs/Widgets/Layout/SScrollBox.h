// SScrollBox: widgets below each other that scroll.

#pragma once

#include "Widgets/SBoxPanel.h"

class SScrollBox : public SWidget // S43
{
public:
	struct FSlot // S43
	{
		struct FSlotArguments : public TStubSlotArguments<FSlotArguments> {}; // S43
	};
	static FSlot::FSlotArguments Slot(); // S43
	SLATE_BEGIN_ARGS(SScrollBox) {} // S43
		SLATE_SLOT_ARGUMENT(SScrollBox::FSlot, Slots) // S43
		SLATE_ARGUMENT(EOrientation, Orientation) // S43
	SLATE_END_ARGS() // S43
	void Construct(const FArguments& Args); // S43
	FSlot::FSlotArguments AddSlot(int32 Index = INDEX_NONE); // S43
	void ClearChildren(); // S43
};
