// TArrayView and TConstArrayView: a look at somebody else's elements, made implicitly from an array.

#pragma once

#include "Containers/Array.h"

template <typename T> class TArrayView // C24
{
public:
	TArrayView(); // C24
	TArrayView(T* Pointer, int32 Count); // C24
	template <typename U> requires std::is_convertible_v<U (*)[], T (*)[]> TArrayView(TArray<U>& Array); // C24
	template <typename U> requires std::is_convertible_v<const U (*)[], T (*)[]> TArrayView(const TArray<U>& Array); // C24
	int32 Num() const; // C24
	bool IsEmpty() const; // C24
	T* GetData() const; // C24
	T& operator[](int32 Index) const; // C24
	TArrayView Slice(int32 Index, int32 Count) const; // C24
	T* begin() const; // C24
	T* end() const; // C24
};
template <typename T> class TArrayView64 // C24
{
public:
	TArrayView64(); // C24
	TArrayView64(T* Pointer, int64 Count); // C24
	template <typename U> requires std::is_convertible_v<const U (*)[], T (*)[]> TArrayView64(const TArray<U>& Array); // C24
	template <typename U> requires std::is_convertible_v<const U (*)[], T (*)[]> TArrayView64(const TArray64<U>& Array); // C24
};
template <typename T> using TConstArrayView = TArrayView<const T>; // C24
template <typename T> TArrayView<T> MakeArrayView(T* Pointer, int32 Count); // C24
template <typename T> TArrayView<T> MakeArrayView(TArray<T>& Array); // C24
template <typename T> TArrayView<const T> MakeArrayView(const TArray<T>& Array); // C24
