// TStatId and the macro that a tickable object names itself with.

#pragma once

#include "CoreTypes.h"

struct TStatId {}; // C126
#define RETURN_QUICK_DECLARE_CYCLE_STAT(StatId, GroupId) return TStatId() // C126
#define TRACE_CPUPROFILER_EVENT_SCOPE(Name) static_assert(true) // C126
#define QUICK_SCOPE_CYCLE_COUNTER(Name) static_assert(true) // C126
