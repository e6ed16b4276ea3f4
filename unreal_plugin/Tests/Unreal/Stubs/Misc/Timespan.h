// FTimespan: a length of time.

#pragma once

#include "Containers/UnrealString.h"

struct FTimespan // C104
{
	FTimespan(); // C104
	explicit FTimespan(int64 Ticks); // C104
	static FTimespan FromSeconds(double Seconds); // C104
	static FTimespan FromMilliseconds(double Milliseconds); // C104
	double GetTotalSeconds() const; // C104
	double GetTotalMilliseconds() const; // C104
	FString ToString() const; // C104
};
