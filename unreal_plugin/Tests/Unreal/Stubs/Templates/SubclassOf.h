// TSubclassOf: a class that derives from T, checked when it is made.

#pragma once

#include "UObject/Object.h"

template <typename T> class TSubclassOf // C96
{
public:
	TSubclassOf(); // C96
	TSubclassOf(UClass* Class); // C96
	template <typename U> requires std::is_convertible_v<U*, T*> TSubclassOf(const TSubclassOf<U>& Other); // C96
	UClass* Get() const; // C96
	UClass* operator*() const; // C96
	UClass* operator->() const; // C96
	operator UClass*() const; // C96
	T* GetDefaultObject() const; // C96
};
