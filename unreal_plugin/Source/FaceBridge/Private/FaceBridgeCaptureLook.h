// How captures look: nothing of a picture may depend on the one before it, or on how far away a mesh is.

#pragma once

#include "CoreMinimal.h"

class UFaceBridgeSettings;
class USceneCaptureComponent2D;
class USkeletalMeshComponent;
class UTextureRenderTarget2D;
class UWorld;

namespace FaceBridge
{
	/** What the target is cleared to before each picture, as linear light. */
	FLinearColor SentinelColour();

	/** Every bone and morph target, every frame, at the finest level of detail. */
	void UpdateAlways(USkeletalMeshComponent& Mesh);

	/** Captures when told, without history: fixed exposure, no temporal filter, no motion blur, no Lumen. */
	void SetUpCapture(USceneCaptureComponent2D& Capture, UTextureRenderTarget2D& Target, float FieldOfView, const UFaceBridgeSettings& Settings);

	/** The console variables that have no property of their own. */
	void SetUpEngine(UWorld& World);
}
