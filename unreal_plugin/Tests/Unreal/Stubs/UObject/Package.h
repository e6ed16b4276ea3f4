// UPackage: the file that an asset is saved in.

#pragma once

#include "UObject/Object.h"

struct FSavePackageArgs // C83
{
	EObjectFlags TopLevelFlags = RF_NoFlags; // C83
	uint32 SaveFlags = 0; // C83
	bool bForceByteSwapping = false; // C83
};
class UPackage : public UObject // C83
{
	STUB_CLASS_BODY(UPackage, UObject) // C83
	void FullyLoad(); // C83
	void SetDirtyFlag(bool bDirty); // C83
	bool IsDirty() const; // C83
	static bool SavePackage(UPackage* Package, UObject* Asset, const TCHAR* File, const FSavePackageArgs& Args); // C83
};
