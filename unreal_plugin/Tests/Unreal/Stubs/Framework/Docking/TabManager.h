// Nomad tabs: announced once, opened by name.

#pragma once

#include "Textures/SlateIcon.h"
#include "Widgets/Docking/SDockTab.h"

class FSpawnTabArgs; // S49
class FWorkspaceItem; // S50
using FOnSpawnTab = TDelegate<TSharedRef<SDockTab>(const FSpawnTabArgs&)>; // S49
namespace ETabSpawnerMenuType
{
	enum Type { Enabled, Disabled, Hidden }; // S49
}
struct FTabSpawnerEntry // S49
{
	FTabSpawnerEntry& SetDisplayName(const TAttribute<FText>& Name); // S49
	FTabSpawnerEntry& SetTooltipText(const TAttribute<FText>& Text); // S49
	FTabSpawnerEntry& SetIcon(const FSlateIcon& Icon); // S49
	FTabSpawnerEntry& SetGroup(const TSharedRef<FWorkspaceItem>& Group); // S49
	FTabSpawnerEntry& SetMenuType(const TAttribute<ETabSpawnerMenuType::Type>& Type); // S49
};
struct FTabId { FTabId(const FName Type); }; // S49
class FGlobalTabmanager : public TSharedFromThis<FGlobalTabmanager> // S49
{
public:
	static const TSharedRef<FGlobalTabmanager>& Get(); // S49
	FTabSpawnerEntry& RegisterNomadTabSpawner(const FName Name, const FOnSpawnTab& OnSpawn); // S49
	void UnregisterNomadTabSpawner(const FName Name); // S49
	bool HasTabSpawner(FName Name) const; // S49
	TSharedPtr<SDockTab> TryInvokeTab(const FTabId& Id); // S49
};
