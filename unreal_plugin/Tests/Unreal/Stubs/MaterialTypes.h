// FMaterialParameterInfo: the name of a material's parameter.

#pragma once

#include "CoreMinimal.h"

struct FMaterialParameterInfo // R15
{
	FName Name; // R15
};
struct FHashedMaterialParameterInfo // R13
{
	FHashedMaterialParameterInfo(const FName& InName); // R13
};
