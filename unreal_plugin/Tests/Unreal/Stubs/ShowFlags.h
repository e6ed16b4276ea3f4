// FEngineShowFlags: what a view draws.

#pragma once

#include "CoreMinimal.h"

struct FEngineShowFlags // R30
{
	void SetAntiAliasing(bool bVal); // R30
	void SetTemporalAA(bool bVal); // R30
	void SetMotionBlur(bool bVal); // R30
	void SetLumenGlobalIllumination(bool bVal); // R30
	void SetLumenReflections(bool bVal); // R30
};
