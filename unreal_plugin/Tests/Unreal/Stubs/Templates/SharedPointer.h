// TSharedPtr, TSharedRef, TWeakPtr and TSharedFromThis: conversions go where the engine's do, and no further.

#pragma once

#include "CoreTypes.h"

enum class ESPMode : uint8 { NotThreadSafe = 0, ThreadSafe = 1 }; // C45
template <typename T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedPtr; // C45
template <typename T, ESPMode Mode = ESPMode::ThreadSafe> class TWeakPtr; // C45
template <typename T> struct FStubRawSharedPtr { T* Pointer; }; // C49
template <typename T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedRef // C46
{
public:
	explicit TSharedRef(T* Pointer); // C46
	template <typename U> requires std::is_convertible_v<U*, T*> TSharedRef(FStubRawSharedPtr<U> Raw); // C49
	template <typename U> requires std::is_convertible_v<U*, T*> TSharedRef(const TSharedRef<U, Mode>& Other); // C46
	T& Get() const; // C46
	T& operator*() const; // C46
	T* operator->() const; // C46
	TSharedPtr<T, Mode> ToSharedPtr() const; // C46
	TWeakPtr<T, Mode> ToWeakPtr() const; // C46
	int32 GetSharedReferenceCount() const; // C46
	bool IsUnique() const; // C46
};
template <typename T, ESPMode Mode> class TSharedPtr // C45
{
public:
	TSharedPtr(); // C45
	TSharedPtr(std::nullptr_t); // C45
	explicit TSharedPtr(T* Pointer); // C45
	template <typename U> requires std::is_convertible_v<U*, T*> TSharedPtr(FStubRawSharedPtr<U> Raw); // C49
	template <typename U> requires std::is_convertible_v<U*, T*> TSharedPtr(const TSharedPtr<U, Mode>& Other); // C45
	template <typename U> requires std::is_convertible_v<U*, T*> TSharedPtr(const TSharedRef<U, Mode>& Other); // C45
	T* Get() const; // C45
	T& operator*() const; // C45
	T* operator->() const; // C45
	bool IsValid() const; // C45
	explicit operator bool() const; // C45
	void Reset(); // C45
	TSharedRef<T, Mode> ToSharedRef() const; // C45
	TWeakPtr<T, Mode> ToWeakPtr() const; // C45
	bool IsUnique() const; // C45
};
template <typename T, ESPMode Mode> class TWeakPtr // C47
{
public:
	TWeakPtr(std::nullptr_t = nullptr); // C47
	template <typename U> requires std::is_convertible_v<U*, T*> TWeakPtr(const TSharedRef<U, Mode>& Other); // C47
	template <typename U> requires std::is_convertible_v<U*, T*> TWeakPtr(const TSharedPtr<U, Mode>& Other); // C47
	template <typename U> requires std::is_convertible_v<U*, T*> TWeakPtr(const TWeakPtr<U, Mode>& Other); // C47
	TSharedPtr<T, Mode> Pin() const; // C47
	bool IsValid() const; // C47
	void Reset(); // C47
};
template <typename T, ESPMode Mode = ESPMode::ThreadSafe> class TSharedFromThis // C48
{
public:
	TSharedRef<T, Mode> AsShared(); // C48
	TSharedRef<const T, Mode> AsShared() const; // C48
	TWeakPtr<T, Mode> AsWeak(); // C48
protected:
	template <typename U> static TSharedRef<U, Mode> SharedThis(U* ThisPointer); // C48
};
template <typename A, typename B, ESPMode Mode> bool operator==(const TSharedPtr<A, Mode>& First, const TSharedPtr<B, Mode>& Second); // C45
template <typename A, ESPMode Mode> bool operator==(const TSharedPtr<A, Mode>& First, std::nullptr_t); // C45
template <typename A, typename B, ESPMode Mode> bool operator==(const TSharedRef<A, Mode>& First, const TSharedRef<B, Mode>& Second); // C46
template <typename A, typename B, ESPMode Mode> bool operator==(const TWeakPtr<A, Mode>& First, const TSharedPtr<B, Mode>& Second); // C47
template <typename T> FStubRawSharedPtr<T> MakeShareable(T* Pointer); // C49
template <typename T, ESPMode Mode = ESPMode::ThreadSafe, typename... TArgs> requires std::is_constructible_v<T, TArgs...> TSharedRef<T, Mode> MakeShared(TArgs&&... Args); // C49
template <typename T, typename U, ESPMode Mode> TSharedPtr<T, Mode> StaticCastSharedPtr(const TSharedPtr<U, Mode>& Other); // C49
template <typename T, typename U, ESPMode Mode> TSharedRef<T, Mode> StaticCastSharedRef(const TSharedRef<U, Mode>& Other); // C49
template <typename T, typename U, ESPMode Mode> TSharedPtr<T, Mode> ConstCastSharedPtr(const TSharedPtr<U, Mode>& Other); // C49
