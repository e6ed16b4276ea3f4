// Saving packages from the editor.

#pragma once

#include "UObject/Package.h"

class UEditorLoadingAndSavingUtils : public UObject // S62
{
	STUB_CLASS_BODY(UEditorLoadingAndSavingUtils, UObject) // S62
	static bool SavePackages(const TArray<UPackage*>& Packages, bool bOnlyDirty); // S62
};
