// FSlateIcon: a brush by the names of its style set and itself.

#pragma once

#include "CoreMinimal.h"

struct FSlateIcon // S17
{
	FSlateIcon(); // S17
	FSlateIcon(const FName& StyleSet, const FName& Style); // S17
	FSlateIcon(const FName& StyleSet, const FName& Style, const FName& SmallStyle); // S17
};
