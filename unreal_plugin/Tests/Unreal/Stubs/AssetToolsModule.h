// IAssetTools: names that no asset has yet.

#pragma once

#include "IAssetTools.h"
#include "Modules/ModuleManager.h"

class FAssetToolsModule : public IModuleInterface // S66
{
public:
	IAssetTools& Get() const; // S66
	static FAssetToolsModule& GetModule(); // S66
};
