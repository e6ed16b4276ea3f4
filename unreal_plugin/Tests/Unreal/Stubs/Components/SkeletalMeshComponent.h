// USkeletalMeshComponent: a mesh with morph weights and an animation instance.

#pragma once

#include "Components/SkinnedMeshComponent.h"

class UAnimInstance; // R7
class USkeletalMesh; // R5
class USkeletalMeshComponent : public USkinnedMeshComponent // R5
{
	STUB_CLASS_BODY(USkeletalMeshComponent, USkinnedMeshComponent) // R5
	USkeletalMesh* GetSkeletalMeshAsset() const; // R5
	void SetMorphTarget(FName MorphTargetName, float Value, bool bRemoveZeroWeight = true); // R6
	void SetAnimInstanceClass(UClass* NewClass); // R7
	UAnimInstance* GetAnimInstance() const; // R7
	void TickAnimation(float DeltaTime, bool bNeedsValidRootMotion); // R8
};
