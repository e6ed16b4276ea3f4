// UMaterialInterface: the parameters that a material offers, and their values.

#pragma once

#include "MaterialTypes.h"
#include "Misc/Guid.h"
#include "UObject/Object.h"

class UMaterialInterface : public UObject // R12
{
	STUB_CLASS_BODY(UMaterialInterface, UObject) // R12
	void GetAllScalarParameterInfo(TArray<FMaterialParameterInfo>& OutParameterInfo, TArray<FGuid>& OutParameterIds) const; // R12
	void GetAllVectorParameterInfo(TArray<FMaterialParameterInfo>& OutParameterInfo, TArray<FGuid>& OutParameterIds) const; // R12
	bool GetScalarParameterValue(const FHashedMaterialParameterInfo& ParameterInfo, float& OutValue, bool bOveriddenOnly = false) const; // R13
	bool GetVectorParameterValue(const FHashedMaterialParameterInfo& ParameterInfo, FLinearColor& OutValue, bool bOveriddenOnly = false) const; // R13
};
