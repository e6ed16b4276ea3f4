// TUniquePtr: one owner, moved only, no conversion from a raw pointer without saying so.

#pragma once

#include "CoreTypes.h"

template <typename T> class TUniquePtr // C15
{
public:
	TUniquePtr(); // C15
	TUniquePtr(std::nullptr_t); // C15
	explicit TUniquePtr(T* Pointer); // C15
	TUniquePtr(TUniquePtr&& Other); // C15
	template <typename U> requires std::is_convertible_v<U*, T*> TUniquePtr(TUniquePtr<U>&& Other); // C15
	TUniquePtr(const TUniquePtr&) = delete; // C15
	~TUniquePtr(); // C15
	TUniquePtr& operator=(TUniquePtr&& Other); // C15
	TUniquePtr& operator=(std::nullptr_t); // C15
	template <typename U> requires std::is_convertible_v<U*, T*> TUniquePtr& operator=(TUniquePtr<U>&& Other); // C15
	TUniquePtr& operator=(const TUniquePtr&) = delete; // C15
	bool IsValid() const; // C15
	explicit operator bool() const; // C15
	bool operator!() const; // C15
	T* operator->() const; // C15
	T& operator*() const; // C15
	T* Get() const; // C15
	T* Release(); // C15
	void Reset(T* Pointer = nullptr); // C15
};
template <typename T, typename... TArgs> requires std::is_constructible_v<T, TArgs...> TUniquePtr<T> MakeUnique(TArgs&&... Args); // C15
