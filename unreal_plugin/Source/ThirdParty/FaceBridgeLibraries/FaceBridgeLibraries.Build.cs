// libzmq, msgpack-cxx and nlohmann-json as fetch.py puts them beside this file; nothing of them is in the repository.

using System.IO;
using UnrealBuildTool;

public class FaceBridgeLibraries : ModuleRules
{
	public FaceBridgeLibraries(ReadOnlyTargetRules Target) : base(Target)
	{
		Type = ModuleType.External;

		string Platform;
		string Library;
		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			Platform = "Win64";
			Library = "libzmq.lib";
			PublicSystemLibraries.AddRange(new string[] { "ws2_32.lib", "iphlpapi.lib", "advapi32.lib" });
		}
		else if (Target.Platform == UnrealTargetPlatform.Linux)
		{
			// Shared: it holds the C++ library that it was compiled with, and shows Unreal's nothing but C.
			Platform = "Linux";
			Library = "libzmq.so";
		}
		else if (Target.Platform == UnrealTargetPlatform.Mac)
		{
			Platform = "Mac";
			Library = "libzmq.a";
		}
		else
		{
			throw new BuildException("FaceBridge runs on Win64, Linux and Mac; the platform '" + Target.Platform + "' is none of them.");
		}

		string Include = Path.Combine(ModuleDirectory, "include");
		string Built = Path.Combine(ModuleDirectory, "lib", Platform, Library);
		string[] Needed = new string[]
		{
			Built,
			Path.Combine(Include, "zmq.h"),
			Path.Combine(Include, "msgpack.hpp"),
			Path.Combine(Include, "nlohmann", "json.hpp")
		};
		foreach (string Name in Needed)
		{
			if (!File.Exists(Name))
			{
				throw new BuildException("FaceBridge lacks " + Name + "; run: python \"" + Path.Combine(ModuleDirectory, "fetch.py") + "\" --platform " + Platform);
			}
		}

		PublicSystemIncludePaths.Add(Include);
		PublicAdditionalLibraries.Add(Built);
		if (Target.Platform == UnrealTargetPlatform.Linux)
		{
			RuntimeDependencies.Add("$(BinaryOutputDir)/" + Library, Built);
		}
		else
		{
			PublicDefinitions.Add("ZMQ_STATIC=1");
		}
	}
}
