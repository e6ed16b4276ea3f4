// Where the system's dialogs are had; null where there are none.

#pragma once

#include "IDesktopPlatform.h"

class FDesktopPlatformModule // S56
{
public:
	static IDesktopPlatform* Get(); // S56
};
