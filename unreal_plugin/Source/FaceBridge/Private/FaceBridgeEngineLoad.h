// What the engine still compiles, loads and streams, for the core to wait for.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureSettling.h"
THIRD_PARTY_INCLUDES_END

namespace FaceBridge
{
	/** Missing is left empty: what a level lacks is for its capturer to say. */
	facebridge::SettlingLoad MeasureLoad();
}
