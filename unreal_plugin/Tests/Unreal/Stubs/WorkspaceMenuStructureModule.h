// Where the groups of the Window menu are had.

#pragma once

#include "WorkspaceMenuStructure.h"

namespace WorkspaceMenu
{
	IWorkspaceMenuStructure& GetMenuStructure(); // S50
}
