// IPluginManager: where a plugin lies on disk and which version it is.

#pragma once

#include "CoreMinimal.h"

struct FPluginDescriptor { int32 Version; FString VersionName; FString FriendlyName; }; // C130
class IPlugin // C130
{
public:
	virtual ~IPlugin(); // C130
	virtual const FString& GetName() const = 0; // C130
	virtual FString GetBaseDir() const = 0; // C130
	virtual FString GetContentDir() const = 0; // C130
	virtual const FPluginDescriptor& GetDescriptor() const = 0; // C130
};
class IPluginManager // C130
{
public:
	static IPluginManager& Get(); // C130
	virtual TSharedPtr<IPlugin> FindPlugin(FStringView Name) = 0; // C130
};
