// FReferenceSkeleton: bones at rest, parents before their children.

#pragma once

#include "CoreMinimal.h"

struct FReferenceSkeleton // R4
{
	int32 GetNum() const; // R4
	const TArray<FTransform>& GetRefBonePose() const; // R4
	FName GetBoneName(const int32 BoneIndex) const; // R4
	int32 GetParentIndex(const int32 BoneIndex) const; // R4
	int32 FindBoneIndex(const FName& BoneName) const; // R4
};
