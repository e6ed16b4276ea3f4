// Pictures on their way back from the GPU: a pool that is made once, for readbacks made anew fragment its memory.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureRenderer.h"
#include <vector>
THIRD_PARTY_INCLUDES_END

class FTextureRenderTargetResource;

/** Of the game thread; what it shares with the render thread outlives both. */
class FFaceBridgeReadbackPool
{
public:
	explicit FFaceBridgeReadbackPool(int32 Count);

	bool HasRoom() const;

	/** Copy the upper left ImagePx x ImagePx of the target as it will be drawn when the render thread comes to it. */
	bool Start(FTextureRenderTargetResource* Target, int32 ImagePx, std::int64_t Ticket);

	/**
	 * Ask the render thread for what was started in an earlier frame, and take what it has. A fence that is written in a
	 * frame is submitted at its end under Vulkan: one that is asked for in the same frame never comes.
	 */
	std::vector<facebridge::CapturePicture> Collect();

private:
	struct FSlot;

	TArray<TSharedPtr<FSlot, ESPMode::ThreadSafe>> Slots;
};
