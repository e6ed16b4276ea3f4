// FAssetCompilingManager: assets that are still being compiled, in the editor.

#pragma once

#include "CoreMinimal.h"

class FAssetCompilingManager // R35
{
public:
	static FAssetCompilingManager& Get(); // R35
	int32 GetNumRemainingAssets() const; // R35
};
