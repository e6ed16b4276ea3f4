// FSlateColor: a colour, or the one that the surroundings say.

#pragma once

#include "CoreMinimal.h"

struct FSlateColor // S9
{
	FSlateColor(); // S9
	FSlateColor(const FLinearColor& Color); // S9
	static FSlateColor UseForeground(); // S9
	static FSlateColor UseSubduedForeground(); // S9
};
