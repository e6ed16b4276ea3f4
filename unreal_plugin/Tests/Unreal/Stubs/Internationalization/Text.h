// FText: what people read; made by name only, never from a literal, never compared with ==.

#pragma once

#include "Containers/UnrealString.h"
#include "UObject/NameTypes.h"
#include "Containers/Map.h"

struct FNumberFormattingOptions // C41
{
	FNumberFormattingOptions& SetMinimumFractionalDigits(int32 Count); // C41
	FNumberFormattingOptions& SetMaximumFractionalDigits(int32 Count); // C41
	FNumberFormattingOptions& SetUseGrouping(bool bGrouping); // C41
};
class FText; // C42
struct FFormatArgumentValue // C43
{
	FFormatArgumentValue(const FText& Value); // C43
	FFormatArgumentValue(int32 Value); // C43
	FFormatArgumentValue(uint32 Value); // C43
	FFormatArgumentValue(int64 Value); // C43
	FFormatArgumentValue(uint64 Value); // C43
	FFormatArgumentValue(float Value); // C43
	FFormatArgumentValue(double Value); // C43
};
using FFormatNamedArguments = TMap<FString, FFormatArgumentValue>; // C43
using FFormatOrderedArguments = TArray<FFormatArgumentValue>; // C43
class FText // C42
{
public:
	FText(); // C42
	static const FText& GetEmpty(); // C42
	static FText FromString(const FString& Text); // C42
	static FText FromString(FString&& Text); // C42
	static FText FromStringView(FStringView Text); // C42
	static FText FromName(const FName& Name); // C42
	static FText AsCultureInvariant(const FString& Text); // C42
	template <typename T> requires (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) static FText AsNumber(T Value, const FNumberFormattingOptions* Options = nullptr); // C41
	static FText AsPercent(float Value, const FNumberFormattingOptions* Options = nullptr); // C41
	static FText AsPercent(double Value, const FNumberFormattingOptions* Options = nullptr); // C41
	static FText AsMemory(uint64 Bytes); // C41
	template <typename... TArgs> requires (std::is_convertible_v<TArgs, FFormatArgumentValue> && ...) static FText Format(const FText& Pattern, TArgs... Args); // C43
	static FText Format(const FText& Pattern, const FFormatNamedArguments& Args); // C43
	static FText Format(const FText& Pattern, const FFormatOrderedArguments& Args); // C43
	template <typename T, typename... TArgs> static FText FormatNamed(const FText& Pattern, const TCHAR* Name, T Value, TArgs... Args); // C43
	static FText Join(const FText& Delimiter, const TArray<FText>& Args); // C43
	static FText AsLocalizable_Advanced(const TCHAR* Namespace, const TCHAR* Key, const TCHAR* Text); // C44
	const FString& ToString() const; // C42
	bool IsEmpty() const; // C42
	bool IsEmptyOrWhitespace() const; // C42
	bool EqualTo(const FText& Other) const; // C42
	bool IdenticalTo(const FText& Other) const; // C42
	int32 CompareTo(const FText& Other) const; // C42
	FText ToLower() const; // C42
};
