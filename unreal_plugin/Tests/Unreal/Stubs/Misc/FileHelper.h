// FFileHelper: whole files to and from strings and arrays.

#pragma once

#include "HAL/FileManager.h"

enum { FILEREAD_None = 0, FILEWRITE_None = 0, FILEREAD_Silent = 2 }; // C115
struct FFileHelper // C115
{
	enum class EHashOptions { None }; // C115
	enum class EEncodingOptions { AutoDetect, ForceAnsi, ForceUnicode, ForceUTF8, ForceUTF8WithoutBOM }; // C115
	static bool LoadFileToString(FString& Result, const TCHAR* File, EHashOptions Verify = EHashOptions::None, uint32 ReadFlags = 0); // C115
	static bool LoadFileToArray(TArray<uint8>& Result, const TCHAR* File, uint32 Flags = 0); // C115
	static bool SaveStringToFile(FStringView Text, const TCHAR* File, EEncodingOptions Encoding = EEncodingOptions::AutoDetect, IFileManager* Files = &IFileManager::Get(), uint32 WriteFlags = 0); // C115
	static bool SaveArrayToFile(TArrayView<const uint8> Bytes, const TCHAR* File, IFileManager* Files = &IFileManager::Get(), uint32 WriteFlags = 0); // C115
};
