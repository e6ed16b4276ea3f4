// FRHIGPUTextureReadback: a copy of a texture that the processor can read when the GPU has made it.

#pragma once

#include "CoreMinimal.h"

class FRHICommandList; // R24
class FRHITexture; // R25
class FRHIGPUMemoryReadback // R23
{
public:
	explicit FRHIGPUMemoryReadback(FName RequestName); // R23
	virtual ~FRHIGPUMemoryReadback(); // R23
	bool IsReady(); // R23
};
class FRHIGPUTextureReadback : public FRHIGPUMemoryReadback // R23
{
public:
	FRHIGPUTextureReadback(FName RequestName); // R23
	void EnqueueCopy(FRHICommandList& RHICmdList, FRHITexture* SourceTexture); // R23
	void* Lock(int32& OutRowPitchInPixels, int32* OutBufferHeight = nullptr); // R23
	void Unlock(); // R23
};
