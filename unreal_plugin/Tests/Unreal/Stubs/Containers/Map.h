// TMap: pairs without order; Find gives a pointer that may be null.

#pragma once

#include "Containers/Array.h"
#include "Templates/UnrealTemplate.h"

template <typename K, typename V> class TMap // C26
{
public:
	using ElementType = TPair<K, V>; // C26
	TMap(); // C26
	TMap(std::initializer_list<TPair<K, V>> Items); // C26
	V& Add(const K& Key, const V& Value); // C26
	V& Add(const K& Key, V&& Value); // C26
	V& Add(const K& Key); // C26
	template <typename... TArgs> V& Emplace(const K& Key, TArgs&&... Args); // C26
	V& FindOrAdd(const K& Key); // C26
	V& FindOrAdd(const K& Key, const V& Value); // C26
	V* Find(const K& Key); // C26
	const V* Find(const K& Key) const; // C26
	V FindRef(const K& Key) const; // C26
	V& FindChecked(const K& Key); // C26
	const V& FindChecked(const K& Key) const; // C26
	V& operator[](const K& Key); // C26
	const V& operator[](const K& Key) const; // C26
	bool Contains(const K& Key) const; // C26
	int32 Remove(const K& Key); // C26
	bool RemoveAndCopyValue(const K& Key, V& OutValue); // C26
	int32 Num() const; // C26
	bool IsEmpty() const; // C26
	void Empty(int32 Slack = 0); // C26
	void Reset(); // C26
	void Reserve(int32 Count); // C26
	void Append(const TMap& Other); // C26
	int32 GetKeys(TArray<K>& OutKeys) const; // C26
	int32 GenerateKeyArray(TArray<K>& OutKeys) const; // C26
	void GenerateValueArray(TArray<V>& OutValues) const; // C26
	template <typename F> void KeySort(const F& Less); // C26
	template <typename F> void ValueSort(const F& Less); // C26
	TPair<K, V>* begin(); // C26
	const TPair<K, V>* begin() const; // C26
	TPair<K, V>* end(); // C26
	const TPair<K, V>* end() const; // C26
};
