// UAnimInstance: what animates a mesh, with a proxy that works on other threads.

#pragma once

#include "UObject/Object.h"

struct FAnimInstanceProxy; // R17
class UAnimInstance : public UObject // R16
{
	STUB_CLASS_BODY(UAnimInstance, UObject) // R16
protected:
	virtual FAnimInstanceProxy* CreateAnimInstanceProxy(); // R16
	virtual void DestroyAnimInstanceProxy(FAnimInstanceProxy* InProxy); // R16
};
