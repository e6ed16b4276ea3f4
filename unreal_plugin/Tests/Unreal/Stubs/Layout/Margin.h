// FMargin: space at the four sides.

#pragma once

#include "CoreMinimal.h"

struct FMargin // S2
{
	FMargin(); // S2
	FMargin(float Uniform); // S2
	FMargin(float Horizontal, float Vertical); // S2
	FMargin(float InLeft, float InTop, float InRight, float InBottom); // S2
};
