// SProgressBar: how far something has come; no percentage means that nobody knows.

#pragma once

#include "Widgets/SWidget.h"

class SProgressBar : public SWidget // S47
{
public:
	SLATE_BEGIN_ARGS(SProgressBar) {} // S47
		SLATE_ATTRIBUTE(TOptional<float>, Percent) // S47
	SLATE_END_ARGS() // S47
	void Construct(const FArguments& Args); // S47
};
