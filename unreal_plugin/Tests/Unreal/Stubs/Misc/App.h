// FApp: what kind of process this is and how its time runs.

#pragma once

#include "Containers/UnrealString.h"

struct FApp // C117
{
	static bool CanEverRender(); // C117
	static bool IsUnattended(); // C117
	static bool IsGame(); // C117
	static const TCHAR* GetProjectName(); // C117
	static const TCHAR* GetBuildVersion(); // C117
	static bool HasProjectName(); // C117
	static void SetUseFixedTimeStep(bool bUse); // C117
	static void SetFixedDeltaTime(double Seconds); // C117
	static double GetDeltaTime(); // C117
};
