// What an editor change tells: which property, and whether the change is final.

#pragma once

#include "UObject/Object.h"

namespace EPropertyChangeType
{
	using Type = uint32; // C86
	inline constexpr Type ValueSet = 1 << 2; // C86
	inline constexpr Type Interactive = 1 << 10; // C86
}
struct FPropertyChangedEvent // C86
{
	FProperty* Property; // C86
	FProperty* MemberProperty; // C86
	EPropertyChangeType::Type ChangeType; // C86
	FName GetPropertyName() const; // C86
	FName GetMemberPropertyName() const; // C86
};
