// USkeletalMesh: the asset, with morph targets, skeleton and materials.

#pragma once

#include "UObject/Object.h"

class UMorphTarget; // R3
struct FReferenceSkeleton; // R4
struct FSkeletalMaterial; // R2
class USkeletalMesh : public UObject // R1
{
	STUB_CLASS_BODY(USkeletalMesh, UObject) // R1
	const TArray<TObjectPtr<UMorphTarget>>& GetMorphTargets() const; // R1
	const FReferenceSkeleton& GetRefSkeleton() const; // R1
	const TArray<FSkeletalMaterial>& GetMaterials() const; // R1
};
