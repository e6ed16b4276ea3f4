// TArray and TArray64: indices are signed, growing and finding have the engine's names, iteration is by pointer.

#pragma once

#include "CoreTypes.h"

template <typename T, typename TSize> class TStubArray // C19
{
public:
	using ElementType = T; // C19
	using SizeType = TSize; // C19
	TStubArray(); // C19
	TStubArray(std::initializer_list<T> Items); // C19
	TStubArray(const T* Pointer, TSize Count); // C19
	TSize Num() const; // C19
	bool IsEmpty() const; // C19
	bool IsValidIndex(TSize Index) const; // C19
	T& operator[](TSize Index); // C19
	const T& operator[](TSize Index) const; // C19
	T* GetData(); // C19
	const T* GetData() const; // C19
	T& Last(TSize FromEnd = 0); // C19
	const T& Last(TSize FromEnd = 0) const; // C19
	T& Top(); // C19
	TSize Add(const T& Item); // C20
	TSize Add(T&& Item); // C20
	TSize AddUnique(const T& Item); // C20
	T& Add_GetRef(const T& Item); // C20
	T& Add_GetRef(T&& Item); // C20
	T& AddDefaulted_GetRef(); // C20
	TSize AddDefaulted(TSize Count = 1); // C20
	TSize AddZeroed(TSize Count = 1); // C20
	TSize AddUninitialized(TSize Count = 1); // C20
	template <typename... TArgs> TSize Emplace(TArgs&&... Args); // C20
	template <typename... TArgs> T& Emplace_GetRef(TArgs&&... Args); // C20
	void Append(const TStubArray& Other); // C20
	void Append(TStubArray&& Other); // C20
	void Append(const T* Pointer, TSize Count); // C20
	void Append(std::initializer_list<T> Items); // C20
	TSize Insert(const T& Item, TSize Index); // C20
	TStubArray& operator+=(const TStubArray& Other); // C20
	void Push(const T& Item); // C20
	T Pop(); // C20
	TSize Remove(const T& Item); // C21
	TSize RemoveSingle(const T& Item); // C21
	template <typename F> requires std::is_invocable_r_v<bool, F&, const T&> TSize RemoveAll(const F& Predicate); // C21
	void RemoveAt(TSize Index); // C21
	void RemoveAt(TSize Index, TSize Count); // C21
	void RemoveAtSwap(TSize Index); // C21
	void Empty(TSize Slack = 0); // C21
	void Reset(TSize Slack = 0); // C21
	void Reserve(TSize Count); // C21
	void Shrink(); // C21
	void SetNum(TSize Count); // C21
	void SetNumZeroed(TSize Count); // C21
	void SetNumUninitialized(TSize Count); // C21
	void Init(const T& Item, TSize Count); // C21
	bool Contains(const T& Item) const; // C22
	template <typename F> requires std::is_invocable_r_v<bool, F&, const T&> bool ContainsByPredicate(F Predicate) const; // C22
	TSize Find(const T& Item) const; // C22
	bool Find(const T& Item, TSize& OutIndex) const; // C22
	TSize IndexOfByKey(const T& Key) const; // C22
	template <typename F> requires std::is_invocable_r_v<bool, F&, const T&> TSize IndexOfByPredicate(F Predicate) const; // C22
	template <typename F> requires std::is_invocable_r_v<bool, F&, const T&> T* FindByPredicate(F Predicate); // C22
	template <typename F> requires std::is_invocable_r_v<bool, F&, const T&> const T* FindByPredicate(F Predicate) const; // C22
	template <typename F> requires std::is_invocable_r_v<bool, F&, const T&> TStubArray FilterByPredicate(F Predicate) const; // C22
	void Sort(); // C22
	template <typename F> requires std::is_invocable_r_v<bool, const F&, const T&, const T&> void Sort(const F& Less); // C22
	void Swap(TSize First, TSize Second); // C22
	TSize GetTypeSize() const; // C19
	TSize NumBytes() const; // C19
	T* begin(); // C19
	const T* begin() const; // C19
	T* end(); // C19
	const T* end() const; // C19
	bool operator==(const TStubArray& Other) const; // C19
};
template <int32 N> struct TInlineAllocator; // C19
struct FStubHeap; // C19
template <typename T, typename TAllocator = FStubHeap> class TArray : public TStubArray<T, int32> // C19
{
public:
	using TStubArray<T, int32>::TStubArray; // C19
	TArray() = default; // C19
	TArray(const TStubArray<T, int32>& Other); // C19
};
template <typename T> class TArray64 : public TStubArray<T, int64> // C23
{
public:
	using TStubArray<T, int64>::TStubArray; // C23
	TArray64() = default; // C23
};
template <typename T, std::size_t N> struct TStaticArray; // C19
template <typename T> T* GetData(TArray<T>& Array); // C19
template <typename T> const T* GetData(const TArray<T>& Array); // C19
template <typename T> int32 GetNum(const TArray<T>& Array); // C19
