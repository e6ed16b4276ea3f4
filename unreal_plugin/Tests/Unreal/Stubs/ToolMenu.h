// UToolMenu: one menu or tool bar.

#pragma once

#include "ToolMenuSection.h"
#include "UObject/Object.h"

class UToolMenu : public UObject // S54
{
	STUB_CLASS_BODY(UToolMenu, UObject) // S54
	FToolMenuSection& FindOrAddSection(const FName Section); // S54
};
