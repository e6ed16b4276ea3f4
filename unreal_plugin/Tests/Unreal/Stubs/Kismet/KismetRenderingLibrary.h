// UKismetRenderingLibrary: render targets for everybody.

#pragma once

#include "CoreMinimal.h"
#include "UObject/Object.h"

class UTextureRenderTarget2D; // R26
class UKismetRenderingLibrary : public UObject // R32
{
	STUB_CLASS_BODY(UKismetRenderingLibrary, UObject) // R32
	static void ClearRenderTarget2D(UObject* WorldContextObject, UTextureRenderTarget2D* TextureRenderTarget, FLinearColor ClearColor = FLinearColor(0, 0, 0, 1)); // R32
};
