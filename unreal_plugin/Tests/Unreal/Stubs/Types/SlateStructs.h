// FOptionalSize: a size, or none.

#pragma once

#include "CoreMinimal.h"

struct FOptionalSize // S40
{
	FOptionalSize(); // S40
	FOptionalSize(const float Size); // S40
};
