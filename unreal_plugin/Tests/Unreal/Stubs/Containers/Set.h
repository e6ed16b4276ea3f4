// TSet: keys without order.

#pragma once

#include "Containers/Array.h"

template <typename T> class TSet // C25
{
public:
	TSet(); // C25
	TSet(std::initializer_list<T> Items); // C25
	explicit TSet(const TArray<T>& Items); // C25
	void Add(const T& Item, bool* bIsAlreadyInSet = nullptr); // C25
	int32 Remove(const T& Item); // C25
	bool Contains(const T& Item) const; // C25
	const T* Find(const T& Item) const; // C25
	int32 Num() const; // C25
	bool IsEmpty() const; // C25
	void Empty(int32 Slack = 0); // C25
	void Reset(); // C25
	void Reserve(int32 Count); // C25
	void Append(const TSet& Other); // C25
	void Append(const TArray<T>& Other); // C25
	TArray<T> Array() const; // C25
	const T* begin() const; // C25
	const T* end() const; // C25
};
