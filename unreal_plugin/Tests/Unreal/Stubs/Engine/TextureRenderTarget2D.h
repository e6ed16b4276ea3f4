// UTextureRenderTarget2D: a texture that is drawn into.

#pragma once

#include "CoreMinimal.h"
#include "Engine/TextureRenderTarget.h"

enum EPixelFormat : uint8 { PF_Unknown = 0, PF_B8G8R8A8 = 2 }; // R27
class UTextureRenderTarget2D : public UTextureRenderTarget // R26
{
	STUB_CLASS_BODY(UTextureRenderTarget2D, UTextureRenderTarget) // R26
	int32 SizeX; // R26
	int32 SizeY; // R26
	FLinearColor ClearColor; // R26
	void InitCustomFormat(uint32 InSizeX, uint32 InSizeY, EPixelFormat InOverrideFormat, bool bInForceLinearGamma); // R26
	void UpdateResourceImmediate(bool bClearRenderTarget = true); // R26
};
