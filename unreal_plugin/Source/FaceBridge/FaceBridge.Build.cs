// The runtime module: characters, rig maps, settings and the capture worker, over the engine-free core.

using System;
using UnrealBuildTool;

public class FaceBridge : ModuleRules
{
	public FaceBridge(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		CppStandard = CppStandardVersion.Cpp20;

		PublicDependencyModuleNames.AddRange(new string[]
		{
			"Core",
			"CoreUObject",
			"DeveloperSettings",
			"Engine",
			"FaceBridgeCore"
		});
		PrivateDependencyModuleNames.AddRange(new string[]
		{
			"AnimationCore", // BoneIndices.h
			"ControlRig",
			"RHI",
			"RenderCore"
		});
	}
}
