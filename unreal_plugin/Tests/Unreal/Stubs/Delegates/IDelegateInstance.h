// FDelegateHandle: what an added listener is removed by.

#pragma once

#include "CoreTypes.h"

class FDelegateHandle // C50
{
public:
	FDelegateHandle(); // C50
	bool IsValid() const; // C50
	void Reset(); // C50
	bool operator==(const FDelegateHandle& Other) const; // C50
};
