// IAssetTools: names that no asset has yet.

#pragma once

#include "CoreMinimal.h"

class IAssetTools // S66
{
public:
	virtual ~IAssetTools(); // S66
	virtual void CreateUniqueAssetName(const FString& BasePackage, const FString& Suffix, FString& OutPackage, FString& OutAsset) = 0; // S66
};
