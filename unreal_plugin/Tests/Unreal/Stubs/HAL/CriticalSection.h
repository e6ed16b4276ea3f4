// FCriticalSection: the engine's mutex.

#pragma once

#include "CoreTypes.h"

class FCriticalSection // C107
{
public:
	FCriticalSection(); // C107
	FCriticalSection(const FCriticalSection&) = delete; // C107
	void Lock(); // C107
	bool TryLock(); // C107
	void Unlock(); // C107
};
