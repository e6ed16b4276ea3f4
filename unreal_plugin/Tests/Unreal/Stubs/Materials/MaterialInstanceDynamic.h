// UMaterialInstanceDynamic: a material whose parameters change while it is drawn.

#pragma once

#include "Materials/MaterialInterface.h"

class UMaterialInstanceDynamic : public UMaterialInterface // R14
{
	STUB_CLASS_BODY(UMaterialInstanceDynamic, UMaterialInterface) // R14
	void SetScalarParameterValue(FName ParameterName, float Value); // R14
	void SetVectorParameterValue(FName ParameterName, FLinearColor Value); // R14
};
