// The engine-free core as a module: the same sources as CMake builds, with Unreal's compiler and none of its headers.

using UnrealBuildTool;

public class FaceBridgeCore : ModuleRules
{
	public FaceBridgeCore(ReadOnlyTargetRules Target) : base(Target)
	{
		// A precompiled header would bring Unreal's macros (check, TEXT, PI) into sources that know nothing of them, and a
		// unity build would put the unnamed namespaces of all files into one.
		PCHUsage = PCHUsageMode.NoPCHs;
		bUseUnity = false;
		CppStandard = CppStandardVersion.Cpp20;

		// JSON and msgpack report by exceptions, which never leave the core.
		bEnableExceptions = true;

		PublicDependencyModuleNames.Add("Core");
		PrivateDependencyModuleNames.Add("FaceBridgeLibraries"); // zmq.h, msgpack.hpp, nlohmann/json.hpp
		PrivateDefinitions.Add("MSGPACK_NO_BOOST");
	}
}
