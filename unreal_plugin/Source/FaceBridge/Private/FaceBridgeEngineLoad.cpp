// Counts outstanding work; a packaged game has its shaders and assets compiled, so there is only loading to count.

#include "FaceBridgeEngineLoad.h"

#include "ContentStreaming.h"
#include "UObject/UObjectGlobals.h"

#if WITH_EDITOR
#include "AssetCompilingManager.h"
#include "ShaderCompiler.h"
#endif

namespace FaceBridge
{
	facebridge::SettlingLoad MeasureLoad()
	{
		facebridge::SettlingLoad Load;
#if WITH_EDITOR
		Load.assets = FAssetCompilingManager::Get().GetNumRemainingAssets();
		Load.shaders = GShaderCompilingManager != nullptr ? GShaderCompilingManager->GetNumRemainingJobs() : 0;
#endif
		Load.streaming = IStreamingManager::Get().GetNumWantingResources();
		Load.loading = IsAsyncLoading();
		return Load;
	}
}
