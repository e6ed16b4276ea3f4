// SNullWidget: the widget that stands for none.

#pragma once

#include "Widgets/SWidget.h"

struct SNullWidget // S24
{
	static TSharedRef<SWidget> NullWidget; // S24
};
