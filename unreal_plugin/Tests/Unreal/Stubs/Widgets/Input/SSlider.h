// SSlider: a number from 0 to 1 that is dragged.

#pragma once

#include "Widgets/SWidget.h"

using FOnFloatValueChanged = TDelegate<void(float)>; // S39
class SSlider : public SWidget // S39
{
public:
	SLATE_BEGIN_ARGS(SSlider) {} // S39
		SLATE_ATTRIBUTE(float, Value) // S39
		SLATE_EVENT(FOnFloatValueChanged, OnValueChanged) // S39
		SLATE_EVENT(FSimpleDelegate, OnMouseCaptureBegin) // S39
		SLATE_EVENT(FSimpleDelegate, OnMouseCaptureEnd) // S39
	SLATE_END_ARGS() // S39
	void Construct(const FArguments& Args); // S39
};
