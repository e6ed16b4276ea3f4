// USkinnedMeshComponent: how often and how finely a skinned mesh is updated.

#pragma once

#include "Components/PrimitiveComponent.h"

enum class EVisibilityBasedAnimTickOption : uint8 { AlwaysTickPoseAndRefreshBones, AlwaysTickPose, OnlyTickMontagesAndRefreshBonesWhenPlayingMontages, OnlyTickMontagesWhenNotRendered, OnlyTickPoseWhenRendered }; // R9
class USkinnedMeshComponent : public UPrimitiveComponent // R9
{
	STUB_CLASS_BODY(USkinnedMeshComponent, UPrimitiveComponent) // R9
	EVisibilityBasedAnimTickOption VisibilityBasedAnimTickOption; // R9
	uint8 bEnableUpdateRateOptimizations : 1; // R9
	void SetForcedLOD(int32 InNewForcedLOD); // R9
	virtual void RefreshBoneTransforms(FActorComponentTickFunction* TickFunction = nullptr); // R8
};
