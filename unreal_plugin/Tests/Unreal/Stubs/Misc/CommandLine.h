// FCommandLine: what the process was started with.

#pragma once

#include "CoreTypes.h"

struct FCommandLine // C116
{
	static const TCHAR* Get(); // C116
};
