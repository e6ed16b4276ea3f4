// FName: made from TCHAR only, compared without case, shown through ToString().

#pragma once

#include "Containers/UnrealString.h"

enum class EName : uint32 { None }; // C39
inline constexpr EName NAME_None = EName::None; // C39
enum EFindName { FNAME_Find, FNAME_Add }; // C39
class FName // C39
{
public:
	FName(); // C39
	FName(EName Name); // C39
	FName(const TCHAR* Name, EFindName Find = FNAME_Add); // C39
	explicit FName(FStringView Name, EFindName Find = FNAME_Add); // C39
	FString ToString() const; // C39
	void ToString(FString& OutText) const; // C39
	bool IsNone() const; // C39
	bool IsValid() const; // C39
	int32 Compare(const FName& Other) const; // C39
	bool LexicalLess(const FName& Other) const; // C39
	bool FastLess(const FName& Other) const; // C39
	bool operator==(const FName& Other) const; // C39
	bool operator==(EName Other) const; // C39
	int32 GetNumber() const; // C39
};
struct FNameLexicalLess { bool operator()(const FName& A, const FName& B) const; }; // C39
FName MakeUniqueObjectName(class UObject* Outer, const class UClass* Class, FName BaseName = FName()); // C40
