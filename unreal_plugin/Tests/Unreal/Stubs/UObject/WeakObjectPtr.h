// TWeakObjectPtr: null after the object has gone; what lambdas hold instead of the object.

#pragma once

#include "UObject/ObjectPtr.h"

template <typename T> struct TWeakObjectPtr // C78
{
	TWeakObjectPtr(std::nullptr_t = nullptr); // C78
	template <typename U> requires std::is_convertible_v<U*, T*> TWeakObjectPtr(U* Object); // C78
	template <typename U> requires std::is_convertible_v<U*, T*> TWeakObjectPtr(const TWeakObjectPtr<U>& Other); // C78
	template <typename U> requires std::is_convertible_v<U*, T*> TWeakObjectPtr(const TObjectPtr<U>& Object); // C78
	TWeakObjectPtr& operator=(T* Object); // C78
	T* Get() const; // C78
	bool IsValid() const; // C78
	bool IsStale() const; // C78
	void Reset(); // C78
	T* operator->() const; // C78
	T& operator*() const; // C78
	explicit operator bool() const; // C78
	bool operator==(const TWeakObjectPtr& Other) const; // C78
	bool operator==(const T* Other) const; // C78
};
template <typename T> TWeakObjectPtr<T> MakeWeakObjectPtr(T* Object); // C78
