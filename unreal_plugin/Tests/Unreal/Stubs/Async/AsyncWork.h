// FNonAbandonableTask and FAsyncTask: work on the thread pool.

#pragma once

#include "CoreTypes.h"

class FNonAbandonableTask // C103
{
public:
	bool CanAbandon(); // C103
	void Abandon(); // C103
};
