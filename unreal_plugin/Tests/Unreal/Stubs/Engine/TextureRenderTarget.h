// UTextureRenderTarget: what all render targets share.

#pragma once

#include "UObject/Object.h"

class FTextureRenderTargetResource; // R25
class UTextureRenderTarget : public UObject // R26
{
	STUB_CLASS_BODY(UTextureRenderTarget, UObject) // R26
	FTextureRenderTargetResource* GameThread_GetRenderTargetResource(); // R26
};
