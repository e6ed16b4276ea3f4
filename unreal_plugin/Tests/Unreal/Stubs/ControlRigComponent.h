// UControlRigComponent: hosts a control rig and sets its controls by name.

#pragma once

#include "Components/PrimitiveComponent.h"

class UControlRigComponent : public UPrimitiveComponent // R22
{
	STUB_CLASS_BODY(UControlRigComponent, UPrimitiveComponent) // R22
	void SetControlFloat(FName ControlName, float Value); // R22
};
