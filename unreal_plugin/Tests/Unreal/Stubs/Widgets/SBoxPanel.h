// Boxes in a row and in a column.

#pragma once

#include "Widgets/SWidget.h"

template <typename TSelf> struct TStubSlotArguments // S25
{
	TSelf& operator[](const TSharedRef<SWidget>& Child); // S25
	TSelf& Padding(TAttribute<FMargin> Margin); // S25
	TSelf& Padding(float Horizontal, float Vertical); // S25
	TSelf& Padding(float Left, float Top, float Right, float Bottom); // S25
	TSelf& HAlign(EHorizontalAlignment Alignment); // S25
	TSelf& VAlign(EVerticalAlignment Alignment); // S25
};
class SBoxPanel : public SWidget // S25
{
public:
	void ClearChildren(); // S25
	int32 NumSlots() const; // S25
};
class SHorizontalBox : public SBoxPanel // S26
{
public:
	struct FSlot // S26
	{
		struct FSlotArguments : public TStubSlotArguments<FSlotArguments> // S26
		{
			FSlotArguments& AutoWidth(); // S26
			FSlotArguments& FillWidth(TAttribute<float> Share); // S26
			FSlotArguments& MaxWidth(TAttribute<float> Width); // S26
		};
	};
	static FSlot::FSlotArguments Slot(); // S26
	SLATE_BEGIN_ARGS(SHorizontalBox) {} // S26
		SLATE_SLOT_ARGUMENT(SHorizontalBox::FSlot, Slots) // S26
	SLATE_END_ARGS() // S26
	void Construct(const FArguments& Args); // S26
	FSlot::FSlotArguments AddSlot(int32 Index = INDEX_NONE); // S26
};
class SVerticalBox : public SBoxPanel // S27
{
public:
	struct FSlot // S27
	{
		struct FSlotArguments : public TStubSlotArguments<FSlotArguments> // S27
		{
			FSlotArguments& AutoHeight(); // S27
			FSlotArguments& FillHeight(TAttribute<float> Share); // S27
			FSlotArguments& MaxHeight(TAttribute<float> Height); // S27
		};
	};
	static FSlot::FSlotArguments Slot(); // S27
	SLATE_BEGIN_ARGS(SVerticalBox) {} // S27
		SLATE_SLOT_ARGUMENT(SVerticalBox::FSlot, Slots) // S27
	SLATE_END_ARGS() // S27
	void Construct(const FArguments& Args); // S27
	FSlot::FSlotArguments AddSlot(int32 Index = INDEX_NONE); // S27
};
