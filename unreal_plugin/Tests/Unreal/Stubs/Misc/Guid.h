// FGuid: a number that nobody else has.

#pragma once

#include "Containers/UnrealString.h"

enum class EGuidFormats { Digits, DigitsLower, DigitsWithHyphens, DigitsWithHyphensLower }; // C105
struct FGuid // C105
{
	FGuid(); // C105
	static FGuid NewGuid(); // C105
	bool IsValid() const; // C105
	FString ToString(EGuidFormats Format = EGuidFormats::Digits) const; // C105
};
