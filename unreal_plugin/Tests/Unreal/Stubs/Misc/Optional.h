// TOptional: a value that may be missing; no conversion to bool by accident.

#pragma once

#include "CoreTypes.h"

struct FNullOpt { explicit constexpr FNullOpt(int) {} }; // C18
inline constexpr FNullOpt NullOpt{0}; // C18

template <typename T> struct TOptional // C18
{
	TOptional(); // C18
	TOptional(FNullOpt); // C18
	TOptional(const T& Value); // C18
	TOptional(T&& Value); // C18
	TOptional& operator=(const T& Value); // C18
	bool IsSet() const; // C18
	explicit operator bool() const; // C18
	void Reset(); // C18
	T& GetValue(); // C18
	const T& GetValue() const; // C18
	const T& Get(const T& Default) const; // C18
	T* GetPtrOrNull(); // C18
	const T* operator->() const; // C18
	const T& operator*() const; // C18
	template <typename... TArgs> T& Emplace(TArgs&&... Args); // C18
};
template <typename T> bool operator==(const TOptional<T>& A, const TOptional<T>& B); // C18
