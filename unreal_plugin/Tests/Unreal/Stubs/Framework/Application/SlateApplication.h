// FSlateApplication: whether there is one, and which window a dialog belongs to.

#pragma once

#include "Widgets/SWidget.h"

class FSlateApplication // S55
{
public:
	static bool IsInitialized(); // S55
	static FSlateApplication& Get(); // S55
	const void* FindBestParentWindowHandleForDialogs(const TSharedPtr<SWidget>& Widget) const; // S55
};
