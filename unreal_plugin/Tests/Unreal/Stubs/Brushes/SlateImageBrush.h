// Brushes from files: pixels, and vectors.

#pragma once

#include "Styling/SlateBrush.h"

struct FSlateImageBrush : public FSlateBrush // S11
{
	FSlateImageBrush(const FString& File, const FVector2D& Size); // S11
};
struct FSlateVectorImageBrush : public FSlateImageBrush // S11
{
	FSlateVectorImageBrush(const FString& File, const FVector2D& Size); // S11
};
