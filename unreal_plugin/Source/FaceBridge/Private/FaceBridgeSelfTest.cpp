// Runs the core's checks on the engine's renderer, a step at a time, and never waits.

#include "FaceBridgeSelfTest.h"

#include "FaceBridgeRenderer.h"
#include "FaceBridgeText.h"

namespace
{
	/** No picture is on its way for as many frames as this unless it never comes. */
	constexpr int32 PatienceFrames = 600;

	/** Three different shares of light: a swapped channel shows as well as a wrong gamma does. */
	const FLinearColor CardLight(0.5f, 0.25f, 0.1f);
}

FFaceBridgeSelfTest::FFaceBridgeSelfTest(const facebridge::Schema& Schema, int32 InCells, int32 InImagePx, FFaceBridgeRenderer& InRenderer)
	: Checks(Schema, static_cast<std::size_t>(InCells))
	, Renderer(InRenderer)
	, Cells(InCells)
	, ImagePx(InImagePx)
{
}

EFaceBridgeSelfTest FFaceBridgeSelfTest::Fail(const FString& InWords)
{
	Words = TEXT("The self-test failed: ") + InWords;
	return EFaceBridgeSelfTest::Failed;
}

bool FFaceBridgeSelfTest::BeginNext()
{
	if (Step < 0)
	{
		return Renderer.BeginCard(0, ImagePx, CardLight);
	}
	facebridge::RenderRequest Request;
	Request.ticket = Begun; // all cells are free when a step begins, so that they are posed in their order
	Request.character = Checks.character(Step);
	Request.image_px = ImagePx;
	return Renderer.begin(Request);
}

EFaceBridgeSelfTest FFaceBridgeSelfTest::Tick()
{
	const int32 Wanted = Step < 0 ? 1 : Cells;
	while (Begun < Wanted && BeginNext())
	{
		++Begun;
	}
	facebridge::RenderResult Result;
	while (Renderer.finished(Result))
	{
		std::string Problem;
		if (!Result.words.empty())
		{
			return Fail(FaceBridge::ToUnreal(Result.words));
		}
		if (Step >= 0)
		{
			Checks.take(Step, static_cast<std::size_t>(Result.ticket), std::move(Result.pixels));
		}
		else if (!facebridge::check_card(Result.pixels, {facebridge::srgb_byte(CardLight.R), facebridge::srgb_byte(CardLight.G), facebridge::srgb_byte(CardLight.B)}, Problem))
		{
			return Fail(FaceBridge::ToUnreal(Problem));
		}
		++Finished;
		Frames = 0;
	}
	if (Finished == Wanted)
	{
		return JudgeStep();
	}
	return ++Frames < PatienceFrames ? EFaceBridgeSelfTest::Running
									 : Fail(FString::Printf(TEXT("No picture came back from the GPU in %d frames; check the driver and the log."), PatienceFrames));
}

EFaceBridgeSelfTest FFaceBridgeSelfTest::JudgeStep()
{
	++Step;
	Begun = 0;
	Finished = 0;
	if (Step < facebridge::CaptureChecks::kSteps)
	{
		return EFaceBridgeSelfTest::Running;
	}
	std::string Problem;
	return Checks.judge(Problem) ? EFaceBridgeSelfTest::Passed : Fail(FaceBridge::ToUnreal(Problem));
}
