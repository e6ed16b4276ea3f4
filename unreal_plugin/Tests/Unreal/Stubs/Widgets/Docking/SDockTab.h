// SDockTab: a tab that can be docked.

#pragma once

#include "Widgets/SWidget.h"

enum ETabRole { MajorTab, PanelTab, NomadTab, DocumentTab, NumRoles }; // S48
class SDockTab : public SWidget // S48
{
public:
	SLATE_BEGIN_ARGS(SDockTab) {} // S48
		SLATE_DEFAULT_SLOT(FArguments, Content) // S48
		SLATE_ARGUMENT(ETabRole, TabRole) // S48
	SLATE_END_ARGS() // S48
	void Construct(const FArguments& Args); // S48
};
