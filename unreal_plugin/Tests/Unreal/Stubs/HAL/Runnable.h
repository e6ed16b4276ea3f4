// FRunnable: what a thread of one's own runs; never a UObject.

#pragma once

#include "CoreTypes.h"

class FRunnable // C106
{
public:
	virtual ~FRunnable(); // C106
	virtual bool Init(); // C106
	virtual uint32 Run() = 0; // C106
	virtual void Stop(); // C106
	virtual void Exit(); // C106
};
