// IDesktopPlatform: the system's own dialogs.

#pragma once

#include "CoreMinimal.h"

namespace EFileDialogFlags
{
	enum Type { None = 0, Multiple = 1 }; // S56
}
class IDesktopPlatform // S56
{
public:
	virtual ~IDesktopPlatform(); // S56
	virtual bool OpenFileDialog(const void* Parent, const FString& Title, const FString& Folder, const FString& File, const FString& Types, uint32 Flags, TArray<FString>& OutFiles) = 0; // S56
	virtual bool SaveFileDialog(const void* Parent, const FString& Title, const FString& Folder, const FString& File, const FString& Types, uint32 Flags, TArray<FString>& OutFiles) = 0; // S56
};
