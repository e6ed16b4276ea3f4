// FCompactPose: local transforms of the bones that a level of detail has.

#pragma once

#include "BoneContainer.h"

struct FCompactPose // R19
{
	FTransform& operator[](const FCompactPoseBoneIndex& BoneIndex); // R19
	const FBoneContainer& GetBoneContainer() const; // R19
};
