// TObjectPtr: a member that the garbage collector sees under UPROPERTY; a plain pointer to everybody else.

#pragma once

#include "CoreTypes.h"

template <typename T> struct TObjectPtr // C77
{
	TObjectPtr(); // C77
	TObjectPtr(std::nullptr_t); // C77
	template <typename U> requires std::is_convertible_v<U*, T*> TObjectPtr(U* Object); // C77
	template <typename U> requires std::is_convertible_v<U*, T*> TObjectPtr(const TObjectPtr<U>& Other); // C77
	TObjectPtr& operator=(T* Object); // C77
	TObjectPtr& operator=(std::nullptr_t); // C77
	T* Get() const; // C77
	operator T*() const; // C77
	T* operator->() const; // C77
	T& operator*() const; // C77
};
template <typename T> T* ToRawPtr(const TObjectPtr<T>& Pointer); // C77
template <typename T> const TArray<T*>& ToRawPtrTArrayUnsafe(const TArray<TObjectPtr<T>>& Array); // C77
