// FAppStyle: the editor's own style.

#pragma once

#include "Styling/SlateStyle.h"

class FAppStyle // S16
{
public:
	static const ISlateStyle& Get(); // S16
	static const FSlateBrush* GetBrush(FName Name, const char* Specifier = nullptr); // S16
	static FName GetAppStyleSetName(); // S16
};
