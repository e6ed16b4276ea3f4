// The core's CaptureStage in Unreal: the stage's characters, its camera and the readbacks.

#pragma once

#include "CoreMinimal.h"
#include "FaceBridgeReadback.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureRenderer.h"
THIRD_PARTY_INCLUDES_END

class UFaceBridgeStage;

/** Of the game thread. The stage must outlive it. */
class FFaceBridgeCaptureStage final : public facebridge::CaptureStage
{
public:
	explicit FFaceBridgeCaptureStage(UFaceBridgeStage& InStage);

	/** How many pictures may be on their way back. */
	std::size_t NumReadbacks() const;

	virtual std::size_t cells() const override;
	virtual bool pose(std::size_t Cell, const facebridge::Character& Character, std::string& Problem) override;
	virtual void resize(int ImagePx) override;
	virtual bool draw(std::size_t Cell, int ImagePx, std::int64_t Ticket) override;
	virtual bool fill(const std::array<double, 3>& Light, int ImagePx, std::int64_t Ticket) override;
	virtual std::vector<facebridge::CapturePicture> collect() override;

private:
	UFaceBridgeStage& Stage;
	FFaceBridgeReadbackPool Pool;
};
