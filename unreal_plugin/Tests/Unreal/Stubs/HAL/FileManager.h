// IFileManager: files by path.

#pragma once

#include "Containers/UnrealString.h"

class IFileManager // C113
{
public:
	static IFileManager& Get(); // C113
	virtual bool FileExists(const TCHAR* File) = 0; // C113
	virtual bool DirectoryExists(const TCHAR* Directory) = 0; // C113
	virtual bool Delete(const TCHAR* File, bool bRequireExists = false, bool bEvenReadOnly = false, bool bQuiet = false) = 0; // C113
	virtual bool DeleteDirectory(const TCHAR* Directory, bool bRequireExists = false, bool bTree = false) = 0; // C113
	virtual bool MakeDirectory(const TCHAR* Directory, bool bTree = false) = 0; // C113
	virtual bool Move(const TCHAR* Destination, const TCHAR* Source, bool bReplace = true, bool bEvenIfReadOnly = false, bool bAttributes = false, bool bDoNotRetryOrError = false) = 0; // C113
	virtual int64 FileSize(const TCHAR* File) = 0; // C113
	virtual void FindFiles(TArray<FString>& OutNames, const TCHAR* Pattern, bool bFiles, bool bDirectories) = 0; // C113
};
