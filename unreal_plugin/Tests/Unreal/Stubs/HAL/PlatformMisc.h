// FPlatformMisc: ending the process, environment variables.

#pragma once

#include "Containers/UnrealString.h"

struct FPlatformMisc // C111
{
	static void RequestExit(bool bForce, const TCHAR* CallSite = nullptr); // C111
	static void RequestExitWithStatus(bool bForce, uint8 ReturnCode, const TCHAR* CallSite = nullptr); // C111
	static FString GetEnvironmentVariable(const TCHAR* Name); // C111
	static int32 NumberOfCores(); // C111
};
