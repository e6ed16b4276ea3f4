// Settings of capture component, meshes and engine that make one picture a function of one set of parameters.

#include "FaceBridgeCaptureLook.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Components/SkeletalMeshComponent.h"
#include "Engine/Engine.h"
#include "Engine/EngineTypes.h"
#include "Engine/TextureRenderTarget2D.h"
#include "Engine/World.h"
#include "FaceBridgeSettings.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureChecks.h"
THIRD_PARTY_INCLUDES_END

namespace FaceBridge
{
	FLinearColor SentinelColour()
	{
		return FLinearColor(FColor(facebridge::kSentinel[0], facebridge::kSentinel[1], facebridge::kSentinel[2]));
	}

	void UpdateAlways(USkeletalMeshComponent& Mesh)
	{
		Mesh.VisibilityBasedAnimTickOption = EVisibilityBasedAnimTickOption::AlwaysTickPoseAndRefreshBones;
		Mesh.bEnableUpdateRateOptimizations = false;
		Mesh.SetForcedLOD(1); // the first level is 1 here, for 0 means none is forced
	}

	void SetUpCapture(USceneCaptureComponent2D& Capture, UTextureRenderTarget2D& Target, float FieldOfView, const UFaceBridgeSettings& Settings)
	{
		Capture.TextureTarget = &Target;
		Capture.FOVAngle = FieldOfView;
		Capture.CaptureSource = ESceneCaptureSource::SCS_FinalColorLDR;
		Capture.PrimitiveRenderMode = Settings.bCharactersAlone ? ESceneCapturePrimitiveRenderMode::PRM_UseShowOnlyList : ESceneCapturePrimitiveRenderMode::PRM_RenderScenePrimitives;
		Capture.bCaptureEveryFrame = false;
		Capture.bCaptureOnMovement = false;
		// Without a state there is no history: each cell's picture would else be blended with its neighbour's.
		Capture.bAlwaysPersistRenderingState = false;
		Capture.bUseRayTracingIfEnabled = false;
		Capture.ShowFlags.SetAntiAliasing(false);
		Capture.ShowFlags.SetTemporalAA(false);
		Capture.ShowFlags.SetMotionBlur(false);
		Capture.ShowFlags.SetLumenGlobalIllumination(false);
		Capture.ShowFlags.SetLumenReflections(false);

		FPostProcessSettings& Look = Capture.PostProcessSettings;
		Capture.PostProcessBlendWeight = 1.0f;
		Look.bOverride_AutoExposureMethod = true;
		Look.AutoExposureMethod = EAutoExposureMethod::AEM_Manual;
		Look.bOverride_AutoExposureApplyPhysicalCameraExposure = true;
		Look.AutoExposureApplyPhysicalCameraExposure = false;
		Look.bOverride_AutoExposureBias = true;
		Look.AutoExposureBias = Settings.ExposureBias;
		Look.bOverride_MotionBlurAmount = true;
		Look.MotionBlurAmount = 0.0f;
		Look.bOverride_DynamicGlobalIlluminationMethod = true;
		Look.DynamicGlobalIlluminationMethod = EDynamicGlobalIlluminationMethod::None;
		Look.bOverride_ReflectionMethod = true;
		Look.ReflectionMethod = EReflectionMethod::None;
		Look.bOverride_FilmGrainIntensity = true;
		Look.FilmGrainIntensity = 0.0f;
		Look.bOverride_VignetteIntensity = true;
		Look.VignetteIntensity = 0.0f;
	}

	void SetUpEngine(UWorld& World)
	{
		const TCHAR* Commands[] = {
			TEXT("r.TextureStreaming 0"),
			TEXT("r.ForceLOD 0"),
			TEXT("r.SkeletalMeshLODBias 0"),
			TEXT("a.URO.Enable 0"),
			TEXT("r.MotionBlurQuality 0"),
			TEXT("r.AntiAliasingMethod 0"),
			TEXT("r.DefaultFeature.AutoExposure 0"),
			TEXT("r.Lumen.DiffuseIndirect.Allow 0"),
			TEXT("r.Lumen.Reflections.Allow 0"),
			TEXT("r.SceneCapture.CullByDetailMode 0"),
		};
		for (const TCHAR* Command : Commands)
		{
			GEngine->Exec(&World, Command);
		}
	}
}
