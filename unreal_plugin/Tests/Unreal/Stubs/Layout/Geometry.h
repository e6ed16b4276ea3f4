// FGeometry: where a widget lies.

#pragma once

#include "CoreMinimal.h"

struct FGeometry // S4
{
	FVector2D GetLocalSize() const; // S4
};
