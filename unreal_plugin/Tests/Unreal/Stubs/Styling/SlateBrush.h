// FSlateBrush: how an area is painted.

#pragma once

#include "Styling/SlateColor.h"

struct FSlateBrush // S10
{
	virtual ~FSlateBrush(); // S10
	FName GetResourceName() const; // S10
	FVector2D GetImageSize() const; // S10
};
