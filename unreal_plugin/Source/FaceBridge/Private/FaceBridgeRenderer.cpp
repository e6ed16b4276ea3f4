// From requests to pictures, over frames: nothing in here waits.

#include "FaceBridgeRenderer.h"

#include "FaceBridgeStage.h"
#include "FaceBridgeText.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureChecks.h"
THIRD_PARTY_INCLUDES_END

namespace
{
	/** Pictures that may be on their way back for each cell: the GPU is up to two frames behind. */
	constexpr int32 ReadbacksPerCell = 3;
}

FFaceBridgeRenderer::FFaceBridgeRenderer(UFaceBridgeStage& InStage, int32 SettleFrames)
	: Stage(InStage)
	, Grid(static_cast<std::size_t>(InStage.Num()), SettleFrames, static_cast<std::size_t>(InStage.Num() * ReadbacksPerCell))
	, Pool(InStage.Num() * ReadbacksPerCell)
{
}

bool FFaceBridgeRenderer::begin(const facebridge::RenderRequest& Request)
{
	const std::optional<std::size_t> Cell = Grid.pose(Request.ticket, Request.image_px);
	if (!Cell)
	{
		return false;
	}
	FString Problem;
	if (!Stage.Pose(static_cast<int32>(*Cell), Request.character, Problem))
	{
		Grid.drawn(*Cell);
		Grid.read();
		Fail(Request.ticket, Problem);
	}
	return true;
}

bool FFaceBridgeRenderer::finished(facebridge::RenderResult& Result)
{
	if (Results.empty())
	{
		return false;
	}
	Result = std::move(Results.front());
	Results.pop_front();
	return true;
}

bool FFaceBridgeRenderer::BeginCard(std::int64_t Ticket, int32 ImagePx, const FLinearColor& Colour)
{
	if (!Grid.idle())
	{
		return false;
	}
	const std::optional<std::size_t> Cell = Grid.pose(Ticket, ImagePx);
	if (!Cell)
	{
		return false;
	}
	Stage.Resize(ImagePx);
	Stage.Fill(Colour);
	Grid.drawn(*Cell);
	return Pool.Start(Stage.GetResource(), ImagePx, Ticket);
}

void FFaceBridgeRenderer::Tick()
{
	for (FFaceBridgePicture& Picture : Pool.Collect())
	{
		Grid.read();
		Finish(Picture.Ticket, MoveTemp(Picture.Pixels), Picture.Milliseconds);
	}
	const std::vector<std::size_t> Settled = Grid.advance();
	if (Settled.empty())
	{
		return;
	}
	Stage.Resize(Grid.image_px());
	for (const std::size_t Cell : Settled)
	{
		if (!Pool.HasRoom())
		{
			return; // settled cells stay so until their turn
		}
		Stage.Draw(static_cast<int32>(Cell));
		Pool.Start(Stage.GetResource(), Grid.image_px(), Grid.drawn(Cell));
	}
}

void FFaceBridgeRenderer::Finish(std::int64_t Ticket, facebridge::ByteArray&& Pixels, double Milliseconds)
{
	facebridge::RenderResult Result;
	Result.ticket = Ticket;
	Result.render_ms = Milliseconds;
	if (facebridge::check_drawn(Pixels, Result.words))
	{
		Result.pixels = std::move(Pixels);
	}
	Results.push_back(std::move(Result));
}

void FFaceBridgeRenderer::Fail(std::int64_t Ticket, const FString& Words)
{
	facebridge::RenderResult Result;
	Result.ticket = Ticket;
	Result.words = FaceBridge::ToCore(Words);
	Results.push_back(std::move(Result));
}
