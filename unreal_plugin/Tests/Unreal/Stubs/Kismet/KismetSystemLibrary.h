// UKismetSystemLibrary: where a component is and how large.

#pragma once

#include "CoreMinimal.h"
#include "UObject/Object.h"

class USceneComponent; // R11
class UKismetSystemLibrary : public UObject // R11
{
	STUB_CLASS_BODY(UKismetSystemLibrary, UObject) // R11
	static void GetComponentBounds(const USceneComponent* Component, FVector& Origin, FVector& BoxExtent, float& SphereRadius); // R11
};
