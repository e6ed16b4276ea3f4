// SScaleBox: one widget scaled to the space there is.

#pragma once

#include "Widgets/SWidget.h"

namespace EStretch
{
	enum Type { None, Fill, ScaleToFit, ScaleToFitX, ScaleToFitY, ScaleToFill, ScaleBySafeZone, UserSpecified }; // S42
}
class SScaleBox : public SWidget // S42
{
public:
	SLATE_BEGIN_ARGS(SScaleBox) {} // S42
		SLATE_DEFAULT_SLOT(FArguments, Content) // S42
		SLATE_ATTRIBUTE(EStretch::Type, Stretch) // S42
	SLATE_END_ARGS() // S42
	void Construct(const FArguments& Args); // S42
};
