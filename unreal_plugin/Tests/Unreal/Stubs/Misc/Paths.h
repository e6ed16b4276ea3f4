// FPaths: folders of the project and parts of a path.

#pragma once

#include "Containers/UnrealString.h"

class FPaths // C114
{
public:
	static FString ProjectDir(); // C114
	static FString ProjectSavedDir(); // C114
	static FString ProjectContentDir(); // C114
	static FString ProjectIntermediateDir(); // C114
	static FString ProjectConfigDir(); // C114
	static FString ProjectPluginsDir(); // C114
	static FString EngineDir(); // C114
	static bool FileExists(const FString& Path); // C114
	static bool DirectoryExists(const FString& Path); // C114
	static bool IsRelative(const FString& Path); // C114
	static FString GetExtension(const FString& Path, bool bIncludeDot = false); // C114
	static FString GetCleanFilename(const FString& Path); // C114
	static FString GetBaseFilename(const FString& Path, bool bRemovePath = true); // C114
	static FString GetPath(const FString& Path); // C114
	static FString ConvertRelativePathToFull(const FString& Path); // C114
	static FString ConvertRelativePathToFull(const FString& Base, const FString& Path); // C114
	static void NormalizeFilename(FString& Path); // C114
	static bool MakePathRelativeTo(FString& Path, const TCHAR* RelativeTo); // C114
	static FString MakeValidFileName(const FString& Name, TCHAR Replacement = 0); // C114
	template <typename... TParts> requires (std::is_convertible_v<TParts, FStringView> && ...) static FString Combine(TParts&&... Parts); // C114
};
