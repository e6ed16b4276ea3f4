// FPoseContext: the pose that is being evaluated.

#pragma once

#include "BonePose.h"

struct FAnimInstanceProxy; // R17
struct FPoseContext // R18
{
	FCompactPose Pose; // R18
	void ResetToRefPose(); // R18
};
