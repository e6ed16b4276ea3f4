// UTF-8 to TCHAR and back: the converted text lives as long as the converter, which is an expression's end for the macros.

#pragma once

#include "Containers/UnrealString.h"

class FTCHARToUTF8 // C37
{
public:
	explicit FTCHARToUTF8(const TCHAR* Text); // C37
	FTCHARToUTF8(const TCHAR* Text, int32 Length); // C37
	explicit FTCHARToUTF8(FStringView Text); // C37
	const ANSICHAR* Get() const; // C37
	int32 Length() const; // C37
	FTCHARToUTF8(const FTCHARToUTF8&) = delete; // C37
};
class FUTF8ToTCHAR // C38
{
public:
	explicit FUTF8ToTCHAR(const ANSICHAR* Text); // C38
	FUTF8ToTCHAR(const ANSICHAR* Text, int32 Length); // C38
	const TCHAR* Get() const; // C38
	int32 Length() const; // C38
	FUTF8ToTCHAR(const FUTF8ToTCHAR&) = delete; // C38
};
#define TCHAR_TO_UTF8(Text) (FTCHARToUTF8(static_cast<const TCHAR*>(Text)).Get()) // C37
#define UTF8_TO_TCHAR(Text) (FUTF8ToTCHAR(static_cast<const ANSICHAR*>(Text)).Get()) // C38
#define TCHAR_TO_ANSI(Text) (FTCHARToUTF8(static_cast<const TCHAR*>(Text)).Get()) // C37
#define ANSI_TO_TCHAR(Text) (FUTF8ToTCHAR(static_cast<const ANSICHAR*>(Text)).Get()) // C38
