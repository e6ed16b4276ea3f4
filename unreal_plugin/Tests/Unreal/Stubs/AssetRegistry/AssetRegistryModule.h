// The registry of assets is told of a new one.

#pragma once

#include "UObject/Object.h"

class FAssetRegistryModule // S63
{
public:
	static void AssetCreated(UObject* Asset); // S63
};
