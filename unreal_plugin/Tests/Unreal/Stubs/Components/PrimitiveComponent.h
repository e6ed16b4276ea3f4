// UPrimitiveComponent: a component that is drawn, with materials in numbered slots.

#pragma once

#include "Components/SceneComponent.h"

class UMaterialInstanceDynamic; // R14
class UMaterialInterface; // R12
class UPrimitiveComponent : public USceneComponent // R10
{
	STUB_CLASS_BODY(UPrimitiveComponent, USceneComponent) // R10
	virtual int32 GetNumMaterials() const; // R10
	virtual UMaterialInterface* GetMaterial(int32 ElementIndex) const; // R10
	virtual UMaterialInstanceDynamic* CreateDynamicMaterialInstance(int32 ElementIndex, UMaterialInterface* SourceMaterial = nullptr, FName OptionalName = NAME_None); // R10
};
