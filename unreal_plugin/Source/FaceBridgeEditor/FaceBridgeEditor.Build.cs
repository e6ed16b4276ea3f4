// Builds the editor module: the panel, its menus and what joins it to the level editor.

using UnrealBuildTool;

public class FaceBridgeEditor : ModuleRules
{
	public FaceBridgeEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		CppStandard = CppStandardVersion.Cpp20;

		PrivateDependencyModuleNames.AddRange(new string[]
		{
			"AssetRegistry",
			"AssetTools",
			"Core",
			"CoreUObject",
			"DesktopPlatform",
			"Engine",
			"FaceBridge",
			"FaceBridgeCore",
			"InputCore",
			"Projects",
			"PropertyEditor",
			"Slate",
			"SlateCore",
			"ToolMenus",
			"UnrealEd",
			"WorkspaceMenuStructure"
		});
	}
}
