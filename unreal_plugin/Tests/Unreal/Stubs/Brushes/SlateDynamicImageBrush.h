// FSlateDynamicImageBrush: a brush made from pixels while the editor runs.

#pragma once

#include "Brushes/SlateImageBrush.h"

struct FSlateDynamicImageBrush : public FSlateImageBrush // S12
{
	static TSharedPtr<FSlateDynamicImageBrush> CreateWithImageData(const FName Name, const FVector2D& Size, const TArray<uint8>& Bgra); // S12
};
