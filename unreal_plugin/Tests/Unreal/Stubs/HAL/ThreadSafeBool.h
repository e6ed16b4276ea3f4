// FThreadSafeBool: a flag that two threads may touch.

#pragma once

#include "CoreTypes.h"

class FThreadSafeBool // C108
{
public:
	FThreadSafeBool(bool bInitial = false); // C108
	operator bool() const; // C108
	bool operator=(bool bNew); // C108
	bool AtomicSet(bool bNew); // C108
};
