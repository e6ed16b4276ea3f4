// FPostProcessSettings: overrides of a view's exposure, light and lens, each with its own switch.

#pragma once

#include "CoreMinimal.h"
#include "Engine/EngineTypes.h"

enum EAutoExposureMethod : int { AEM_Histogram, AEM_Basic, AEM_Manual }; // R31
struct FPostProcessSettings // R31
{
	uint8 bOverride_AutoExposureMethod : 1; // R31
	uint8 bOverride_AutoExposureApplyPhysicalCameraExposure : 1; // R31
	uint8 bOverride_AutoExposureBias : 1; // R31
	uint8 bOverride_MotionBlurAmount : 1; // R31
	uint8 bOverride_DynamicGlobalIlluminationMethod : 1; // R31
	uint8 bOverride_ReflectionMethod : 1; // R31
	uint8 bOverride_FilmGrainIntensity : 1; // R31
	uint8 bOverride_VignetteIntensity : 1; // R31
	TEnumAsByte<EAutoExposureMethod> AutoExposureMethod; // R31
	uint8 AutoExposureApplyPhysicalCameraExposure : 1; // R31
	float AutoExposureBias; // R31
	float MotionBlurAmount; // R31
	TEnumAsByte<EDynamicGlobalIlluminationMethod::Type> DynamicGlobalIlluminationMethod; // R31
	TEnumAsByte<EReflectionMethod::Type> ReflectionMethod; // R31
	float FilmGrainIntensity; // R31
	float VignetteIntensity; // R31
};
