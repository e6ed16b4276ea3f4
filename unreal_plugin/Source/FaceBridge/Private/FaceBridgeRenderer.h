// The core's Renderer on a stage: poses cells, draws them when they have settled, hands on what comes back.

#pragma once

#include "CoreMinimal.h"
#include "FaceBridgeReadback.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureGrid.h"
#include "FaceBridgeCore/Worker.h"
#include <deque>
THIRD_PARTY_INCLUDES_END

class UFaceBridgeStage;

/** Of the game thread. The stage must outlive it. */
class FFaceBridgeRenderer final : public facebridge::Renderer
{
public:
	FFaceBridgeRenderer(UFaceBridgeStage& InStage, int32 SettleFrames);

	virtual bool begin(const facebridge::RenderRequest& Request) override;
	virtual bool finished(facebridge::RenderResult& Result) override;

	/** A colour of linear light in place of a character, read back as pictures are; false while something is under way. */
	bool BeginCard(std::int64_t Ticket, int32 ImagePx, const FLinearColor& Colour);

	/** Once a frame, before the core's worker: takes what came back and draws what has settled. */
	void Tick();

private:
	void Finish(std::int64_t Ticket, facebridge::ByteArray&& Pixels, double Milliseconds);
	void Fail(std::int64_t Ticket, const FString& Words);

	UFaceBridgeStage& Stage;
	facebridge::CaptureGrid Grid;
	FFaceBridgeReadbackPool Pool;
	std::deque<facebridge::RenderResult> Results;
};
