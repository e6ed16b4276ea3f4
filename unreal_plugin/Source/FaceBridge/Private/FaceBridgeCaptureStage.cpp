// Each call of the core is one call of the stage or of the pool; nothing in here waits.

#include "FaceBridgeCaptureStage.h"

#include "FaceBridgeStage.h"
#include "FaceBridgeText.h"

namespace
{
	/** Pictures that may be on their way back for each cell: the GPU is up to two frames behind. */
	constexpr int32 ReadbacksPerCell = 3;
}

FFaceBridgeCaptureStage::FFaceBridgeCaptureStage(UFaceBridgeStage& InStage)
	: Stage(InStage)
	, Pool(InStage.Num() * ReadbacksPerCell)
{
}

std::size_t FFaceBridgeCaptureStage::NumReadbacks() const
{
	return cells() * static_cast<std::size_t>(ReadbacksPerCell);
}

std::size_t FFaceBridgeCaptureStage::cells() const
{
	return static_cast<std::size_t>(Stage.Num());
}

bool FFaceBridgeCaptureStage::pose(std::size_t Cell, const facebridge::Character& Character, std::string& Problem)
{
	FString Words;
	const bool bPosed = Stage.Pose(static_cast<int32>(Cell), Character, Words);
	Problem = FaceBridge::ToCore(Words);
	return bPosed;
}

void FFaceBridgeCaptureStage::resize(int ImagePx)
{
	Stage.Resize(ImagePx);
}

bool FFaceBridgeCaptureStage::draw(std::size_t Cell, int ImagePx, std::int64_t Ticket)
{
	if (!Pool.HasRoom())
	{
		return false;
	}
	Stage.Draw(static_cast<int32>(Cell));
	return Pool.Start(Stage.GetResource(), ImagePx, Ticket);
}

bool FFaceBridgeCaptureStage::fill(const std::array<double, 3>& Light, int ImagePx, std::int64_t Ticket)
{
	Stage.Fill(FLinearColor(static_cast<float>(Light[0]), static_cast<float>(Light[1]), static_cast<float>(Light[2])));
	return Pool.Start(Stage.GetResource(), ImagePx, Ticket);
}

std::vector<facebridge::CapturePicture> FFaceBridgeCaptureStage::collect()
{
	return Pool.Collect();
}
