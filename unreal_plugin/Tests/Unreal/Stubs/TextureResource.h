// FTextureRenderTargetResource: what the render thread knows of a render target.

#pragma once

#include "CoreMinimal.h"

class FRHITexture; // R25
class FTextureRHIRef // R25
{
public:
	operator FRHITexture*() const; // R25
};
class FRenderTarget // R25
{
public:
	virtual ~FRenderTarget(); // R25
	virtual const FTextureRHIRef& GetRenderTargetTexture() const; // R25
};
class FTextureRenderTargetResource : public FRenderTarget {}; // R25
