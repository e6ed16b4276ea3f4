// FDateTime: a point in time.

#pragma once

#include "Misc/Timespan.h"

struct FDateTime // C104
{
	FDateTime(); // C104
	static FDateTime Now(); // C104
	static FDateTime UtcNow(); // C104
	int64 ToUnixTimestamp() const; // C104
	FString ToString() const; // C104
	FString ToString(const TCHAR* Format) const; // C104
	FString ToIso8601() const; // C104
	FTimespan operator-(const FDateTime& Other) const; // C104
};
