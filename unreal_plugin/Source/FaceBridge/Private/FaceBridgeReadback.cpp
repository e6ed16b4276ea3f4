// Copies, polls and maps on the render thread; the game thread never waits for it.

#include "FaceBridgeReadback.h"

#include "HAL/PlatformTime.h"
#include "RHIGPUReadback.h"
#include "RenderingThread.h"
#include "TextureResource.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureGrid.h"
#include <atomic>
THIRD_PARTY_INCLUDES_END

/** The game thread owns a slot that is free or read, the render thread one that copies. */
struct FFaceBridgeReadbackPool::FSlot
{
	enum class EState : uint8
	{
		Free,
		Copying,
		Read
	};

	FRHIGPUTextureReadback Readback{FName(TEXT("FaceBridgeReadback"))};
	std::atomic<EState> State{EState::Free};
	std::int64_t Ticket = 0;
	int32 ImagePx = 0;
	uint64 StartedFrame = 0;
	double StartedSeconds = 0.0;
	facebridge::ByteArray Pixels;

	/** On the render thread: whether the picture is here, and if so, its pixels. */
	bool Read()
	{
		if (!Readback.IsReady())
		{
			return false;
		}
		int32 RowPitchInPixels = 0;
		int32 Height = 0;
		const void* Memory = Readback.Lock(RowPitchInPixels, &Height);
		facebridge::BgraFrame Frame;
		Frame.data = static_cast<const std::uint8_t*>(Memory);
		Frame.row_bytes = static_cast<std::size_t>(RowPitchInPixels) * 4;
		Frame.width = static_cast<std::size_t>(RowPitchInPixels);
		Frame.height = static_cast<std::size_t>(Height);
		if (Memory == nullptr || !facebridge::crop(Frame, 0, 0, static_cast<std::size_t>(ImagePx), Pixels))
		{
			Pixels = facebridge::ByteArray();
		}
		Readback.Unlock();
		return true;
	}
};

FFaceBridgeReadbackPool::FFaceBridgeReadbackPool(int32 Count)
{
	for (int32 Index = 0; Index < Count; ++Index)
	{
		Slots.Add(MakeShared<FSlot, ESPMode::ThreadSafe>());
	}
}

bool FFaceBridgeReadbackPool::HasRoom() const
{
	return Slots.ContainsByPredicate([](const TSharedPtr<FSlot, ESPMode::ThreadSafe>& Slot) { return Slot->State == FSlot::EState::Free; });
}

bool FFaceBridgeReadbackPool::Start(FTextureRenderTargetResource* Target, int32 ImagePx, std::int64_t Ticket)
{
	const int32 Index = Slots.IndexOfByPredicate([](const TSharedPtr<FSlot, ESPMode::ThreadSafe>& Slot) { return Slot->State == FSlot::EState::Free; });
	if (Index == INDEX_NONE || Target == nullptr)
	{
		return false;
	}
	const TSharedPtr<FSlot, ESPMode::ThreadSafe> Slot = Slots[Index];
	Slot->Ticket = Ticket;
	Slot->ImagePx = ImagePx;
	Slot->StartedFrame = GFrameCounter;
	Slot->StartedSeconds = FPlatformTime::Seconds();
	Slot->State = FSlot::EState::Copying;
	ENQUEUE_RENDER_COMMAND(FaceBridgeCopy)
	([Slot, Target](FRHICommandListImmediate& Commands) { Slot->Readback.EnqueueCopy(Commands, Target->GetRenderTargetTexture()); });
	return true;
}

std::vector<facebridge::CapturePicture> FFaceBridgeReadbackPool::Collect()
{
	std::vector<facebridge::CapturePicture> Found;
	for (const TSharedPtr<FSlot, ESPMode::ThreadSafe>& Slot : Slots)
	{
		if (Slot->State == FSlot::EState::Read)
		{
			facebridge::CapturePicture Picture;
			Picture.ticket = Slot->Ticket;
			Picture.pixels = MoveTemp(Slot->Pixels);
			Picture.milliseconds = (FPlatformTime::Seconds() - Slot->StartedSeconds) * 1000.0;
			Found.push_back(MoveTemp(Picture));
			Slot->State = FSlot::EState::Free;
		}
		else if (Slot->State == FSlot::EState::Copying && Slot->StartedFrame < GFrameCounter)
		{
			ENQUEUE_RENDER_COMMAND(FaceBridgePoll)
			([Slot](FRHICommandListImmediate&) {
				if (Slot->State == FSlot::EState::Copying && Slot->Read())
				{
					Slot->State = FSlot::EState::Read;
				}
			});
		}
	}
	return Found;
}
