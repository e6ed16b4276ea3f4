// TSoftObjectPtr: an asset that is loaded when asked for.

#pragma once

#include "UObject/Object.h"
#include "UObject/SoftObjectPath.h"

template <typename T> struct TSoftObjectPtr // C82
{
	TSoftObjectPtr(); // C82
	explicit TSoftObjectPtr(const FSoftObjectPath& Path); // C82
	template <typename U> requires std::is_convertible_v<U*, T*> TSoftObjectPtr(U* Object); // C82
	T* LoadSynchronous() const; // C82
	T* Get() const; // C82
	bool IsNull() const; // C82
	bool IsValid() const; // C82
	bool IsPending() const; // C82
	void Reset(); // C82
	FString ToString() const; // C82
	FString GetAssetName() const; // C82
	const FSoftObjectPath& ToSoftObjectPath() const; // C82
};
