// FParse: values and switches of a command line.

#pragma once

#include "Containers/UnrealString.h"
#include "UObject/NameTypes.h"

struct FParse // C116
{
	static bool Value(const TCHAR* Stream, const TCHAR* Match, FString& OutValue, bool bStopOnSeparator = true); // C116
	static bool Value(const TCHAR* Stream, const TCHAR* Match, FName& OutValue); // C116
	static bool Value(const TCHAR* Stream, const TCHAR* Match, int32& OutValue); // C116
	static bool Value(const TCHAR* Stream, const TCHAR* Match, uint32& OutValue); // C116
	static bool Value(const TCHAR* Stream, const TCHAR* Match, float& OutValue); // C116
	static bool Bool(const TCHAR* Stream, const TCHAR* Match, bool& OutValue); // C116
	static bool Param(const TCHAR* Stream, const TCHAR* Param); // C116
};
