// FRunnableThread: starts and ends a thread.

#pragma once

#include "HAL/Runnable.h"

enum EThreadPriority { TPri_Normal, TPri_AboveNormal, TPri_BelowNormal, TPri_Lowest }; // C106
class FRunnableThread // C106
{
public:
	virtual ~FRunnableThread(); // C106
	static FRunnableThread* Create(FRunnable* Runnable, const TCHAR* Name, uint32 StackSize = 0, EThreadPriority Priority = TPri_Normal); // C106
	virtual bool Kill(bool bShouldWait = true) = 0; // C106
	virtual void WaitForCompletion() = 0; // C106
};
