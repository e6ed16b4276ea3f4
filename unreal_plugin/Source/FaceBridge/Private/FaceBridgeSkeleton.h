// Skeletons between Unreal and the core.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Rig.h"
#include <vector>
THIRD_PARTY_INCLUDES_END

struct FReferenceSkeleton;

namespace FaceBridge
{
	/** The bones at rest, parents first, as the engine keeps them. */
	std::vector<facebridge::RigBone> ToCoreBones(const FReferenceSkeleton& Skeleton);
}
