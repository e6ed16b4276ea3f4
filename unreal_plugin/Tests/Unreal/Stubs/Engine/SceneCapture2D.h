// ASceneCapture2D: an actor with a scene capture component.

#pragma once

#include "GameFramework/Actor.h"

class USceneCaptureComponent2D; // R29
class ASceneCapture2D : public AActor // R29
{
	STUB_CLASS_BODY(ASceneCapture2D, AActor) // R29
	USceneCaptureComponent2D* GetCaptureComponent2D() const; // R29
};
