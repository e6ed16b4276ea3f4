// SOverlay: widgets over each other.

#pragma once

#include "Widgets/SBoxPanel.h"

class SOverlay : public SWidget // S28
{
public:
	struct FOverlaySlot // S28
	{
		struct FSlotArguments : public TStubSlotArguments<FSlotArguments> {}; // S28
	};
	static FOverlaySlot::FSlotArguments Slot(); // S28
	SLATE_BEGIN_ARGS(SOverlay) {} // S28
		SLATE_SLOT_ARGUMENT(SOverlay::FOverlaySlot, Slots) // S28
	SLATE_END_ARGS() // S28
	void Construct(const FArguments& Args); // S28
};
