// SSeparator: a line between widgets.

#pragma once

#include "Widgets/SWidget.h"

class SSeparator : public SWidget // S46
{
public:
	SLATE_BEGIN_ARGS(SSeparator) {} // S46
		SLATE_ARGUMENT(EOrientation, Orientation) // S46
	SLATE_END_ARGS() // S46
	void Construct(const FArguments& Args); // S46
};
