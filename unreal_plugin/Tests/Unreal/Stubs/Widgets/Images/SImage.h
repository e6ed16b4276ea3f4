// SImage: a brush as a widget.

#pragma once

#include "Widgets/SWidget.h"

class SImage : public SWidget // S29
{
public:
	SLATE_BEGIN_ARGS(SImage) {} // S29
		SLATE_ATTRIBUTE(const FSlateBrush*, Image) // S29
		SLATE_ATTRIBUTE(FSlateColor, ColorAndOpacity) // S29
		SLATE_ATTRIBUTE(TOptional<FVector2D>, DesiredSizeOverride) // S29
	SLATE_END_ARGS() // S29
	void Construct(const FArguments& Args); // S29
	void SetImage(TAttribute<const FSlateBrush*> Brush); // S29
};
