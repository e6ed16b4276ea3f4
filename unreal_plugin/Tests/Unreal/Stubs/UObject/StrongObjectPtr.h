// TStrongObjectPtr: keeps an object alive from outside the reflected world.

#pragma once

#include "UObject/ObjectPtr.h"

template <typename T> class TStrongObjectPtr // C79
{
public:
	TStrongObjectPtr(std::nullptr_t = nullptr); // C79
	explicit TStrongObjectPtr(T* Object); // C79
	explicit TStrongObjectPtr(const TObjectPtr<T>& Object); // C79
	T* Get() const; // C79
	bool IsValid() const; // C79
	void Reset(T* Object = nullptr); // C79
	T* operator->() const; // C79
	T& operator*() const; // C79
	explicit operator bool() const; // C79
};
