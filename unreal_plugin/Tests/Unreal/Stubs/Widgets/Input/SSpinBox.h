// SSpinBox: a number that is dragged or typed; its handlers take the number's own type.

#pragma once

#include "Widgets/SWidget.h"

template <typename TNumber> class SSpinBox : public SWidget // S37
{
public:
	using FOnValueChanged = TDelegate<void(TNumber)>; // S37
	using FOnValueCommitted = TDelegate<void(TNumber, ETextCommit::Type)>; // S37
	SLATE_BEGIN_ARGS(SSpinBox<TNumber>) {} // S37
		SLATE_ATTRIBUTE(TNumber, Value) // S37
		SLATE_ATTRIBUTE(TOptional<TNumber>, MinValue) // S37
		SLATE_ATTRIBUTE(TOptional<TNumber>, MaxValue) // S37
		SLATE_ATTRIBUTE(TOptional<TNumber>, MinSliderValue) // S37
		SLATE_ATTRIBUTE(TOptional<TNumber>, MaxSliderValue) // S37
		SLATE_ATTRIBUTE(TOptional<int32>, MaxFractionalDigits) // S37
		SLATE_ATTRIBUTE(TNumber, Delta) // S37
		SLATE_EVENT(FOnValueChanged, OnValueChanged) // S37
		SLATE_EVENT(FOnValueCommitted, OnValueCommitted) // S37
		SLATE_EVENT(FSimpleDelegate, OnBeginSliderMovement) // S38
		SLATE_EVENT(FOnValueChanged, OnEndSliderMovement) // S38
	SLATE_END_ARGS() // S37
	void Construct(const FArguments& Args); // S37
};
