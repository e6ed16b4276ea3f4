// Where style sets are announced.

#pragma once

#include "Styling/SlateStyle.h"

class FSlateStyleRegistry // S15
{
public:
	static void RegisterSlateStyle(const ISlateStyle& Style); // S15
	static void UnRegisterSlateStyle(const ISlateStyle& Style); // S15
};
