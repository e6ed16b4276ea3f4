// FSkeletalMaterial: a material slot of a skinned mesh.

#pragma once

#include "UObject/Object.h"

class UMaterialInterface; // R2
struct FSkeletalMaterial // R2
{
	TObjectPtr<UMaterialInterface> MaterialInterface; // R2
};
