// USceneCaptureComponent2D: a camera that draws into a render target.

#pragma once

#include "Components/SceneCaptureComponent.h"
#include "Engine/Scene.h"

class UTextureRenderTarget2D; // R26
class USceneCaptureComponent2D : public USceneCaptureComponent // R28
{
	STUB_CLASS_BODY(USceneCaptureComponent2D, USceneCaptureComponent) // R28
	float FOVAngle; // R28
	TObjectPtr<UTextureRenderTarget2D> TextureTarget; // R28
	FPostProcessSettings PostProcessSettings; // R28
	float PostProcessBlendWeight; // R28
	void CaptureScene(); // R28
};
