// Indices of bones in a mesh and in a pose, which are different types.

#pragma once

#include "CoreMinimal.h"

struct FMeshPoseBoneIndex // R21
{
	explicit FMeshPoseBoneIndex(int32 InBoneIndex); // R21
};
struct FCompactPoseBoneIndex // R21
{
	explicit FCompactPoseBoneIndex(int32 InBoneIndex); // R21
	bool IsValid() const; // R21
};
