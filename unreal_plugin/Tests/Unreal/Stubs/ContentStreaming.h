// IStreamingManager: textures and meshes that want finer data.

#pragma once

#include "CoreMinimal.h"

struct IStreamingManager // R37
{
	virtual ~IStreamingManager(); // R37
	static IStreamingManager& Get(); // R37
	virtual int32 GetNumWantingResources() const; // R37
};
