// What ticks, and when.

#pragma once

#include "UObject/ObjectMacros.h"

enum ELevelTick : int { LEVELTICK_TimeOnly = 0, LEVELTICK_ViewportsOnly = 1, LEVELTICK_All = 2, LEVELTICK_PauseTick = 3 }; // C131
enum ETickingGroup : int { TG_PrePhysics = 0, TG_DuringPhysics = 2, TG_PostPhysics = 4, TG_PostUpdateWork = 5 }; // C131
struct FTickFunction // C131
{
	bool bCanEverTick; // C131
	bool bStartWithTickEnabled; // C131
	bool bTickEvenWhenPaused; // C131
	float TickInterval; // C131
	TEnumAsByte<ETickingGroup> TickGroup; // C131
};
struct FActorComponentTickFunction : public FTickFunction {}; // C131
struct FActorTickFunction : public FTickFunction {}; // C131
