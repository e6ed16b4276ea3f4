// FSoftObjectPath and FTopLevelAssetPath: assets by name.

#pragma once

#include "UObject/NameTypes.h"

class UObject; // C76
struct FTopLevelAssetPath // C80
{
	FTopLevelAssetPath(); // C80
	FTopLevelAssetPath(FName Package, FName Asset); // C80
	explicit FTopLevelAssetPath(const FString& Path); // C80
	FString ToString() const; // C80
	FName GetAssetName() const; // C80
	FName GetPackageName() const; // C80
	bool operator==(const FTopLevelAssetPath& Other) const; // C80
};
struct FSoftObjectPath // C81
{
	FSoftObjectPath(); // C81
	explicit FSoftObjectPath(const FString& Path); // C81
	FSoftObjectPath(const UObject* Object); // C81
	FString ToString() const; // C81
	FString GetAssetName() const; // C81
	bool IsNull() const; // C81
	bool IsValid() const; // C81
	UObject* TryLoad() const; // C81
	UObject* ResolveObject() const; // C81
	void Reset(); // C81
};
