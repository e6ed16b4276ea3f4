// FScopeLock: a lock for as long as a scope lasts; it takes a pointer.

#pragma once

#include "HAL/CriticalSection.h"

class FScopeLock // C107
{
public:
	explicit FScopeLock(FCriticalSection* Section); // C107
	~FScopeLock(); // C107
	FScopeLock(const FScopeLock&) = delete; // C107
	void Unlock(); // C107
};
