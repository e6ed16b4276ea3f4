// Format strings checked while compiling, as the engine has done since 5.5: TCHAR literals only, each sign with its type.

#pragma once

#include "CoreTypes.h"

template <typename T> consteval bool StubArgFits(TCHAR Sign, bool bLongLong) // C10
{
	using U = std::remove_cv_t<std::remove_reference_t<std::decay_t<T>>>;
	if (Sign == u's' || Sign == u'S')
	{
		return std::is_same_v<U, const TCHAR*> || std::is_same_v<U, TCHAR*>;
	}
	if (Sign == u'f' || Sign == u'g' || Sign == u'e')
	{
		return std::is_floating_point_v<U>;
	}
	if (Sign == u'c')
	{
		return std::is_same_v<U, TCHAR>;
	}
	if (Sign == u'p')
	{
		return std::is_pointer_v<U>;
	}
	return (std::is_integral_v<U> || std::is_enum_v<U>) && (sizeof(U) == 8) == bLongLong;
}

// The number of conversions that fit their arguments, or -1 at the first one that does not.
template <typename... TArgs> consteval int32 StubFormatFits(const TCHAR* Format) // C10
{
	int32 Index = 0;
	for (const TCHAR* At = Format; *At != 0; ++At)
	{
		if (*At != u'%')
		{
			continue;
		}
		++At;
		if (*At == u'%')
		{
			continue;
		}
		bool bLongLong = false;
		while (*At == u'-' || *At == u'+' || *At == u'0' || *At == u' ' || *At == u'#' || *At == u'.' || *At == u'l' || (*At >= u'0' && *At <= u'9'))
		{
			bLongLong = bLongLong || (At[0] == u'l' && At[1] == u'l');
			++At;
		}
		int32 Slot = 0;
		bool bFits = false;
		((bFits = bFits || (Slot++ == Index && StubArgFits<TArgs>(*At, bLongLong))), ...);
		if (!bFits)
		{
			return -1;
		}
		++Index;
	}
	return Index;
}

void StubFormatDoesNotFitItsArguments(); // C10

template <typename... TArgs> struct TCheckedFormat // C10
{
	template <std::size_t N> consteval TCheckedFormat(const TCHAR (&Format)[N]) : Text(Format) // C10
	{
		if (StubFormatFits<TArgs...>(Format) != static_cast<int32>(sizeof...(TArgs)))
		{
			StubFormatDoesNotFitItsArguments(); // Not constant: the compiler stops here.
		}
	}
	const TCHAR* Text; // C10
};
