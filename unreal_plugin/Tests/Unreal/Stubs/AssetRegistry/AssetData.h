// FAssetData: an asset that may not be loaded yet.

#pragma once

#include "UObject/Object.h"

struct FAssetData // S64
{
	UObject* GetAsset() const; // S64
	bool IsValid() const; // S64
};
