// The first pictures of a process, checked: the card, then two characters and the first of them again in every cell.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureChecks.h"
THIRD_PARTY_INCLUDES_END

class FFaceBridgeRenderer;

enum class EFaceBridgeSelfTest : uint8
{
	Running,
	Passed,
	Failed
};

/** Of the game thread. The renderer must outlive it and be nobody else's while it runs. */
class FFaceBridgeSelfTest
{
public:
	FFaceBridgeSelfTest(const facebridge::Schema& Schema, int32 InCells, int32 InImagePx, FFaceBridgeRenderer& InRenderer);

	/** Once a frame, after the renderer's. */
	EFaceBridgeSelfTest Tick();

	/** Why it failed, for the farm's operator. */
	const FString& GetWords() const { return Words; }

private:
	EFaceBridgeSelfTest Fail(const FString& InWords);
	bool BeginNext();
	EFaceBridgeSelfTest JudgeStep();

	facebridge::CaptureChecks Checks;
	FFaceBridgeRenderer& Renderer;
	int32 Cells;
	int32 ImagePx;

	/** -1: the card; then the steps of the checks. */
	int32 Step = -1;
	int32 Begun = 0;
	int32 Finished = 0;
	int32 Frames = 0;
	FString Words;
};
