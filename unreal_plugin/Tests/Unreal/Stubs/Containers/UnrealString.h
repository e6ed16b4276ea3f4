// FString and FStringView over TCHAR: narrow literals and std::string do not convert.

#pragma once

#include "Containers/Array.h"
#include "Containers/ArrayView.h"
#include "Misc/VarArgs.h"

namespace ESearchCase
{
	enum Type { CaseSensitive, IgnoreCase }; // C28
}
namespace ESearchDir
{
	enum Type { FromStart, FromEnd }; // C28
}
class FString; // C28
class FStringView // C29
{
public:
	constexpr FStringView() = default; // C29
	FStringView(const TCHAR* Text); // C29
	FStringView(const TCHAR* Text, int32 Length); // C29
	FStringView(const FString& Text); // C29
	int32 Len() const; // C29
	bool IsEmpty() const; // C29
	const TCHAR* GetData() const; // C29
	bool Equals(FStringView Other, ESearchCase::Type Case = ESearchCase::CaseSensitive) const; // C29
	bool StartsWith(FStringView Prefix, ESearchCase::Type Case = ESearchCase::IgnoreCase) const; // C29
};
class FString // C28
{
public:
	FString(); // C28
	FString(const FString&); // C28
	FString(FString&&); // C28
	FString(const TCHAR* Text); // C28
	FString(int32 Count, const TCHAR* Text); // C28
	explicit FString(FStringView Text); // C28
	FString(std::nullptr_t) = delete; // C28
	static FString ConstructFromPtrSize(const TCHAR* Text, int32 Size); // C28
	FString& operator=(const FString&); // C28
	FString& operator=(FString&&); // C28
	FString& operator=(const TCHAR* Text); // C28
	const TCHAR* operator*() const; // C28
	TCHAR operator[](int32 Index) const; // C28
	int32 Len() const; // C28
	bool IsEmpty() const; // C28
	void Empty(int32 Slack = 0); // C28
	void Reset(int32 Slack = 0); // C28
	void Reserve(int32 Count); // C28
	TArray<TCHAR>& GetCharArray(); // C28
	FString& operator+=(const TCHAR* Text); // C30
	FString& operator+=(const FString& Text); // C30
	FString& operator+=(TCHAR Letter); // C30
	FString& operator/=(const TCHAR* Text); // C30
	FString& Append(const TCHAR* Text, int32 Count); // C30
	FString& Append(const FString& Text); // C30
	FString& Append(const TCHAR* Text); // C30
	FString& AppendChar(TCHAR Letter); // C30
	void AppendInt(int32 Value); // C30
	bool Equals(const FString& Other, ESearchCase::Type Case = ESearchCase::CaseSensitive) const; // C31
	int32 Compare(const FString& Other, ESearchCase::Type Case = ESearchCase::CaseSensitive) const; // C31
	bool Contains(const TCHAR* Text, ESearchCase::Type Case = ESearchCase::IgnoreCase, ESearchDir::Type Dir = ESearchDir::FromStart) const; // C31
	bool Contains(const FString& Text, ESearchCase::Type Case = ESearchCase::IgnoreCase, ESearchDir::Type Dir = ESearchDir::FromStart) const; // C31
	int32 Find(const TCHAR* Text, ESearchCase::Type Case = ESearchCase::IgnoreCase, ESearchDir::Type Dir = ESearchDir::FromStart, int32 Start = INDEX_NONE) const; // C31
	bool FindChar(TCHAR Letter, int32& OutIndex) const; // C31
	bool FindLastChar(TCHAR Letter, int32& OutIndex) const; // C31
	bool StartsWith(const TCHAR* Prefix, ESearchCase::Type Case = ESearchCase::IgnoreCase) const; // C31
	bool StartsWith(const FString& Prefix, ESearchCase::Type Case = ESearchCase::IgnoreCase) const; // C31
	bool EndsWith(const TCHAR* Suffix, ESearchCase::Type Case = ESearchCase::IgnoreCase) const; // C31
	bool EndsWith(const FString& Suffix, ESearchCase::Type Case = ESearchCase::IgnoreCase) const; // C31
	bool IsNumeric() const; // C31
	FString Left(int32 Count) const; // C32
	FString LeftChop(int32 Count) const; // C32
	FString Right(int32 Count) const; // C32
	FString RightChop(int32 Count) const; // C32
	FString Mid(int32 Start, int32 Count = MAX_int32) const; // C32
	FString Replace(const TCHAR* From, const TCHAR* To, ESearchCase::Type Case = ESearchCase::IgnoreCase) const; // C32
	int32 ReplaceInline(const TCHAR* From, const TCHAR* To, ESearchCase::Type Case = ESearchCase::IgnoreCase); // C32
	FString ToLower() const; // C32
	FString ToUpper() const; // C32
	FString TrimStart() const; // C32
	FString TrimEnd() const; // C32
	FString TrimStartAndEnd() const; // C32
	FString TrimQuotes(bool* bQuotesRemoved = nullptr) const; // C32
	bool RemoveFromStart(const TCHAR* Prefix, ESearchCase::Type Case = ESearchCase::IgnoreCase); // C32
	bool RemoveFromEnd(const TCHAR* Suffix, ESearchCase::Type Case = ESearchCase::IgnoreCase); // C32
	bool Split(const FString& At, FString* Left, FString* Right, ESearchCase::Type Case = ESearchCase::IgnoreCase, ESearchDir::Type Dir = ESearchDir::FromStart) const; // C32
	int32 ParseIntoArray(TArray<FString>& OutParts, const TCHAR* Delimiter, bool bCullEmpty = true) const; // C32
	int32 ParseIntoArrayLines(TArray<FString>& OutLines, bool bCullEmpty = true) const; // C32
	static FString FromInt(int32 Value); // C33
	static FString SanitizeFloat(double Value, int32 MinFractionalDigits = 1); // C33
	static FString FormatAsNumber(int32 Value); // C33
	static FString ChrN(int32 Count, TCHAR Letter); // C33
	static FString Join(const TArray<FString>& Parts, const TCHAR* Separator); // C33
	template <typename T, typename F> requires std::is_invocable_r_v<FString, F&, const T&> static FString JoinBy(const TArray<T>& Parts, const TCHAR* Separator, F Projection); // C33
	template <typename... TArgs> static FString Printf(TCheckedFormat<std::type_identity_t<TArgs>...> Format, TArgs... Args); // C34
	template <typename... TArgs> FString& Appendf(TCheckedFormat<std::type_identity_t<TArgs>...> Format, TArgs... Args); // C34
	const TCHAR* begin() const; // C28
	const TCHAR* end() const; // C28
};
bool operator==(const FString& A, const FString& B); // C31
bool operator==(const FString& A, const TCHAR* B); // C31
bool operator<(const FString& A, const FString& B); // C31
FString operator+(const FString& A, const FString& B); // C30
FString operator+(const FString& A, const TCHAR* B); // C30
FString operator+(const TCHAR* A, const FString& B); // C30
FString operator+(const FString& A, TCHAR B); // C30
FString operator/(const FString& A, const FString& B); // C30
FString operator/(const FString& A, const TCHAR* B); // C30
template <typename T> requires (std::is_arithmetic_v<T> || std::is_enum_v<T>) FString LexToString(const T& Value); // C35
FString LexToString(const FString& Value); // C35
bool LexTryParseString(int32& OutValue, const TCHAR* Text); // C35
bool LexTryParseString(float& OutValue, const TCHAR* Text); // C35
template <typename T> bool LexFromString(T& OutValue, const TCHAR* Text); // C35
struct FCString // C36
{
	static int32 Atoi(const TCHAR* Text); // C36
	static int64 Atoi64(const TCHAR* Text); // C36
	static float Atof(const TCHAR* Text); // C36
	static double Atod(const TCHAR* Text); // C36
	static int32 Strlen(const TCHAR* Text); // C36
	static int32 Strcmp(const TCHAR* A, const TCHAR* B); // C36
	static int32 Stricmp(const TCHAR* A, const TCHAR* B); // C36
};
