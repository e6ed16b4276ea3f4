// FBoneContainer: which bones a mesh's level of detail has, and their indices in a pose.

#pragma once

#include "BoneIndices.h"
#include "CoreMinimal.h"

struct FBoneContainer // R20
{
	int32 GetPoseBoneIndexForBoneName(const FName& BoneName) const; // R20
	FCompactPoseBoneIndex MakeCompactPoseIndex(const FMeshPoseBoneIndex& BoneIndex) const; // R20
};
