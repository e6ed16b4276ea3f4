// The editor module: the panel's tab, its entry in the Window menu and its button in the tool bar.

#include "FaceBridgeEditorCommands.h"
#include "FaceBridgeEditorStyle.h"
#include "FaceBridgePanelHost.h"
#include "Framework/Commands/UICommandList.h"
#include "Framework/Docking/TabManager.h"
#include "Modules/ModuleManager.h"
#include "ToolMenus.h"
#include "Widgets/Docking/SDockTab.h"
#include "Widgets/SFaceBridgePanel.h"
#include "WorkspaceMenuStructure.h"
#include "WorkspaceMenuStructureModule.h"

#define LOCTEXT_NAMESPACE "FaceBridgeEditorModule"

namespace
{
	FName GetTabName()
	{
		return FName(TEXT("FaceBridgePanel"));
	}
}

class FFaceBridgeEditorModule final : public IModuleInterface
{
public:
	virtual void StartupModule() override
	{
		Style = MakeUnique<FFaceBridgeEditorStyle>();
		FFaceBridgeEditorCommands::Register();
		Commands = MakeShared<FUICommandList>();
		Commands->MapAction(
			FFaceBridgeEditorCommands::Get().OpenPanel,
			FExecuteAction::CreateLambda([] { FGlobalTabmanager::Get()->TryInvokeTab(GetTabName()); }));

		FGlobalTabmanager::Get()
			->RegisterNomadTabSpawner(GetTabName(), FOnSpawnTab::CreateRaw(this, &FFaceBridgeEditorModule::SpawnTab))
			.SetDisplayName(LOCTEXT("TabName", "FaceBridge"))
			.SetTooltipText(LOCTEXT("TabTip", "Import a character's face from a photo, and edit it"))
			.SetGroup(WorkspaceMenu::GetMenuStructure().GetLevelEditorCategory())
			.SetIcon(FSlateIcon(FFaceBridgeEditorStyle::GetName(), FFaceBridgeEditorStyle::GetIcon()))
			.SetMenuType(ETabSpawnerMenuType::Hidden); // The menus below open it.
		UToolMenus::RegisterStartupCallback(
			FSimpleMulticastDelegate::FDelegate::CreateRaw(this, &FFaceBridgeEditorModule::RegisterMenus));
	}

	virtual void ShutdownModule() override
	{
		UToolMenus::UnRegisterStartupCallback(this);
		UToolMenus::UnregisterOwner(this);
		FGlobalTabmanager::Get()->UnregisterNomadTabSpawner(GetTabName());
		Host.Reset(); // Ends the connection, and a service that the panel started.
		FFaceBridgeEditorCommands::Unregister();
		Style.Reset();
	}

private:
	void RegisterMenus()
	{
		const FToolMenuOwnerScoped Owner(this);
		const TSharedPtr<FUICommandInfo> Open = FFaceBridgeEditorCommands::Get().OpenPanel;

		UToolMenu* Window = UToolMenus::Get()->ExtendMenu(FName(TEXT("LevelEditor.MainMenu.Window")));
		Window->FindOrAddSection(FName(TEXT("FaceBridge"))).AddMenuEntryWithCommandList(Open, Commands);

		UToolMenu* ToolBar = UToolMenus::Get()->ExtendMenu(FName(TEXT("LevelEditor.LevelEditorToolBar.PlayToolBar")));
		FToolMenuEntry& Button = ToolBar->FindOrAddSection(FName(TEXT("PluginTools"))).AddEntry(
			FToolMenuEntry::InitToolBarButton(
				Open,
				LOCTEXT("ButtonLabel", "FaceBridge"),
				LOCTEXT("ButtonTip", "Import a character's face from a photo"),
				FSlateIcon(FFaceBridgeEditorStyle::GetName(), FFaceBridgeEditorStyle::GetIcon())));
		Button.SetCommandList(Commands);
	}

	TSharedRef<SDockTab> SpawnTab(const FSpawnTabArgs&)
	{
		if (!Host.IsValid())
		{
			Host = MakeShared<FFaceBridgePanelHost>();
			Host->Start(); // Lives on when the tab is closed: what was imported is still there when it is opened again.
		}
		return SNew(SDockTab)
			.TabRole(ETabRole::NomadTab)
			[
				SNew(SFaceBridgePanel, Host.ToSharedRef())
			];
	}

	TUniquePtr<FFaceBridgeEditorStyle> Style;
	TSharedPtr<FUICommandList> Commands;
	TSharedPtr<FFaceBridgePanelHost> Host;
};

IMPLEMENT_MODULE(FFaceBridgeEditorModule, FaceBridgeEditor)

#undef LOCTEXT_NAMESPACE
