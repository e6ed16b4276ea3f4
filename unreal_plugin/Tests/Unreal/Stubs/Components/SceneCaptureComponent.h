// USceneCaptureComponent: what is captured, and when.

#pragma once

#include "Components/PrimitiveComponent.h"
#include "ShowFlags.h"

class AActor; // R28
enum class ESceneCapturePrimitiveRenderMode : uint8 { PRM_LegacySceneCapture, PRM_RenderScenePrimitives, PRM_UseShowOnlyList }; // R28
class USceneCaptureComponent : public USceneComponent // R28
{
	STUB_CLASS_BODY(USceneCaptureComponent, USceneComponent) // R28
	ESceneCapturePrimitiveRenderMode PrimitiveRenderMode; // R28
	TEnumAsByte<ESceneCaptureSource> CaptureSource; // R28
	uint8 bCaptureEveryFrame : 1; // R28
	uint8 bCaptureOnMovement : 1; // R28
	bool bAlwaysPersistRenderingState; // R28
	bool bUseRayTracingIfEnabled; // R28
	FEngineShowFlags ShowFlags; // R30
	void ShowOnlyActorComponents(AActor* InActor, const bool bIncludeFromChildActors = false); // R28
	void ClearShowOnlyComponents(); // R28
};
