// FCoreDelegates: moments in the life of the process.

#pragma once

#include "Delegates/DelegateCombinations.h"

struct FCoreDelegates // C118
{
	static FSimpleMulticastDelegate OnBeginFrame; // C118
	static FSimpleMulticastDelegate OnEndFrame; // C118
	static FSimpleMulticastDelegate OnEnginePreExit; // C118
	static FSimpleMulticastDelegate OnPreExit; // C118
	static FSimpleMulticastDelegate OnExit; // C118
	static FSimpleMulticastDelegate& GetOnPostEngineInit(); // C118
	static FSimpleMulticastDelegate OnPostEngineInit; // C118
	static FSimpleMulticastDelegate OnFEngineLoopInitComplete; // C118
};
