// FPlatformTime: seconds since some start.

#pragma once

#include "CoreTypes.h"

struct FPlatformTime // C109
{
	static double Seconds(); // C109
	static uint32 Cycles(); // C109
	static uint64 Cycles64(); // C109
	static double ToMilliseconds64(uint64 Cycles); // C109
};
