// The groups of the Window menu.

#pragma once

#include "Framework/Docking/TabManager.h"

class IWorkspaceMenuStructure // S50
{
public:
	virtual ~IWorkspaceMenuStructure(); // S50
	virtual TSharedRef<FWorkspaceItem> GetToolsCategory() const = 0; // S50
	virtual TSharedRef<FWorkspaceItem> GetLevelEditorCategory() const = 0; // S50
};
