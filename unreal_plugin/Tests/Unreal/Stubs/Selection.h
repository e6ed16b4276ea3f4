// USelection: what is selected in the editor.

#pragma once

#include "UObject/Object.h"

class USelection : public UObject // S58
{
	STUB_CLASS_BODY(USelection, UObject) // S58
	int32 Num() const; // S58
	UObject* GetSelectedObject(const int32 Index) const; // S58
};
