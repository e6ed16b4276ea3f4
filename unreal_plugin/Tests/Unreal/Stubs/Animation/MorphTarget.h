// UMorphTarget: one blend shape of a skeletal mesh; its name is the object's.

#pragma once

#include "UObject/Object.h"

class UMorphTarget : public UObject { STUB_CLASS_BODY(UMorphTarget, UObject) }; // R3
