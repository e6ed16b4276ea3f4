// A farm worker's life, a tick at a time: settle, test, work, leave with words.

#include "FaceBridgeCaptureSubsystem.h"

#include "Engine/World.h"
#include "FaceBridgeCaptureLook.h"
#include "FaceBridgeCaptureStage.h"
#include "FaceBridgeCharacterComponent.h"
#include "FaceBridgeEngineLoad.h"
#include "FaceBridgeLog.h"
#include "FaceBridgeRigMap.h"
#include "FaceBridgeSettings.h"
#include "FaceBridgeStage.h"
#include "FaceBridgeText.h"
#include "HAL/PlatformMisc.h"
#include "HAL/PlatformProcess.h"
#include "HAL/PlatformTime.h"
#include "Misc/App.h"
#include "Misc/Guid.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureSelfTest.h"
#include "FaceBridgeCore/KeyFile.h"
#include "FaceBridgeCore/Worker.h"
THIRD_PARTY_INCLUDES_END

namespace
{
	/** A coordinator that does not come back within as many losses is gone for good. */
	constexpr std::int64_t Losses = 5;

	/** Samples of one job: enough for the grid to be always full. */
	constexpr std::int64_t JobSamples = 256;
}

bool UFaceBridgeCaptureSubsystem::ShouldCreateSubsystem(UObject* Outer) const
{
	const UFaceBridgeSettings* Settings = GetDefault<UFaceBridgeSettings>();
	return !GIsEditor && (!Settings->FarmAddress.IsEmpty() || !Settings->CommandLineProblem.IsEmpty());
}

void UFaceBridgeCaptureSubsystem::Initialize(FSubsystemCollectionBase& Collection)
{
	Super::Initialize(Collection);
	const UFaceBridgeSettings* Settings = GetDefault<UFaceBridgeSettings>();
	Settling = MakeShared<facebridge::CaptureSettling>(Settings->WarmUpFrames, static_cast<double>(Settings->PatienceSeconds));
	Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateUObject(this, &UFaceBridgeCaptureSubsystem::Tick), 0.0f);
	if (!Settings->CommandLineProblem.IsEmpty())
	{
		End(Settings->CommandLineProblem, true);
	}
	else if (!FApp::CanEverRender())
	{
		End(TEXT("This process cannot render; start it with -RenderOffScreen and without -nullrhi."), true);
	}
}

void UFaceBridgeCaptureSubsystem::Deinitialize()
{
	FTSTicker::RemoveTicker(Ticker);
	if (Worker.IsValid())
	{
		Worker->stop();
	}
	Worker.Reset();
	SelfTest.Reset();
	Renderer.Reset();
	Capture.Reset();
	Super::Deinitialize();
}

bool UFaceBridgeCaptureSubsystem::Tick(float DeltaSeconds)
{
	if (Stage != nullptr && State != EFaceBridgeCapture::Over && !Stage->IsWhole())
	{
		End(TEXT("The level that was captured is gone; start the worker again."), true);
	}
	switch (State)
	{
		case EFaceBridgeCapture::Settling:
			Settle();
			break;
		case EFaceBridgeCapture::SelfTest:
			Test();
			break;
		case EFaceBridgeCapture::Working:
		case EFaceBridgeCapture::Leaving:
			Work();
			break;
		case EFaceBridgeCapture::Over:
			return false;
	}
	return true;
}

void UFaceBridgeCaptureSubsystem::Settle()
{
	FString Problem;
	facebridge::SettlingLoad Load = FaceBridge::MeasureLoad();
	UWorld* World = GetWorld();
	if (World == nullptr || !World->HasBegunPlay())
	{
		Load.missing = "a level";
	}
	else if (Stage == nullptr && UFaceBridgeStage::FindCharacter(*World) == nullptr)
	{
		Load.missing = "an actor with a FaceBridge Character component";
	}
	else if (Stage == nullptr && (!BuildStage(Problem) || !MakeWorker(Problem)))
	{
		End(Problem, true); // without a schema there is no farm to tell
		return;
	}
	switch (Settling->step(Load, FPlatformTime::Seconds()))
	{
		case facebridge::SettlingState::Failed:
			Leave(FaceBridge::ToUnreal(Settling->words()));
			break;
		case facebridge::SettlingState::Ready:
			State = EFaceBridgeCapture::SelfTest;
			break;
		default:
			Say(FaceBridge::ToUnreal(Settling->words()));
	}
}

bool UFaceBridgeCaptureSubsystem::BuildStage(FString& OutProblem)
{
	UWorld& World = *GetWorld();
	const UFaceBridgeSettings& Settings = *GetDefault<UFaceBridgeSettings>();
	FaceBridge::SetUpEngine(World);
	Stage = NewObject<UFaceBridgeStage>(this);
	return Stage->Build(World, Settings, OutProblem);
}

bool UFaceBridgeCaptureSubsystem::MakeWorker(FString& OutProblem)
{
	const UFaceBridgeSettings& Settings = *GetDefault<UFaceBridgeSettings>();
	const facebridge::Schema* Schema = Stage->GetSchema(OutProblem);
	if (Schema == nullptr)
	{
		return false;
	}
	facebridge::WorkerOptions Options;
	Options.link.address = FaceBridge::ToCore(Settings.FarmAddress);
	std::string Problem;
	if (!Settings.FarmKeysFile.IsEmpty())
	{
		facebridge::CurveKeys Keys;
		if (!facebridge::read_keys(FaceBridge::ToCore(Settings.FarmKeysFile), Keys, Problem))
		{
			OutProblem = FaceBridge::ToUnreal(Problem);
			return false;
		}
		Options.link.keys = Keys;
	}
	Options.software = "facebridge-unreal";
	Options.instance = FaceBridge::ToCore(FGuid::NewGuid().ToString());
	Options.pid = static_cast<std::int64_t>(FPlatformProcess::GetCurrentProcessId());
	Options.engine = FaceBridge::ToCore(Settings.FarmName);
	Options.engine_version = FaceBridge::ToCore(FString(FApp::GetBuildVersion()));
	Options.renderer = "unreal scene capture";
	Options.max_image_px = Settings.LargestImagePx;
	Options.max_job_samples = JobSamples;
	Capture = MakeShared<FFaceBridgeCaptureStage>(*Stage);
	Renderer = MakeShared<facebridge::CaptureRenderer>(*Capture, Settings.SettleFrames, Capture->NumReadbacks());
	Worker = MakeShared<facebridge::Worker>(Options, *Schema, *Renderer);
	return true;
}

bool UFaceBridgeCaptureSubsystem::Connect(FString& OutProblem)
{
	std::string Problem;
	if (!Worker.IsValid())
	{
		return false;
	}
	const bool bStarted = Worker->start(Problem);
	OutProblem = FaceBridge::ToUnreal(Problem);
	return bStarted;
}

void UFaceBridgeCaptureSubsystem::Test()
{
	const UFaceBridgeSettings& Settings = *GetDefault<UFaceBridgeSettings>();
	FString Problem;
	facebridge::SelfTestState Result = facebridge::SelfTestState::Passed;
	if (Settings.bSelfTest)
	{
		if (!SelfTest.IsValid())
		{
			Say(TEXT("Testing the first pictures."));
			SelfTest = MakeShared<facebridge::CaptureSelfTest>(*Stage->GetSchema(Problem), Capture->cells(), Settings.ImagePx, *Renderer);
		}
		Renderer->tick();
		Result = SelfTest->tick();
	}
	if (Result == facebridge::SelfTestState::Failed)
	{
		Leave(FaceBridge::ToUnreal(SelfTest->words()));
	}
	else if (Result == facebridge::SelfTestState::Passed)
	{
		if (!Connect(Problem))
		{
			End(Problem, true);
			return;
		}
		State = EFaceBridgeCapture::Working;
		Say(FString::Printf(TEXT("Capturing %d characters a frame for %s."), Stage->Num(), *Settings.FarmAddress));
	}
}

void UFaceBridgeCaptureSubsystem::Work()
{
	Renderer->tick();
	Worker->tick();
	const bool bLost = Worker->state() == facebridge::WorkerState::Connecting && Worker->counts().losses >= Losses;
	if (Worker->over() || bLost)
	{
		const bool bDrained = Worker->state() == facebridge::WorkerState::Drained;
		const FString Reason = FaceBridge::ToUnreal(Worker->words());
		End(bDrained ? FString::Printf(TEXT("The farm has all that it wanted: %lld pictures."), static_cast<int64>(Worker->counts().frames)) : Reason, !bDrained);
	}
}

void UFaceBridgeCaptureSubsystem::Leave(const FString& InWords)
{
	FString Problem;
	UE_LOG(LogFaceBridge, Error, TEXT("%s"), *InWords);
	if (!Connect(Problem))
	{
		End(InWords, true);
		return;
	}
	Worker->leave(FaceBridge::ToCore(InWords));
	State = EFaceBridgeCapture::Leaving;
	Words = InWords;
}

void UFaceBridgeCaptureSubsystem::End(const FString& InWords, bool bFailed)
{
	State = EFaceBridgeCapture::Over;
	Words = InWords;
	if (bFailed)
	{
		UE_LOG(LogFaceBridge, Error, TEXT("%s"), *InWords);
	}
	else
	{
		UE_LOG(LogFaceBridge, Display, TEXT("%s"), *InWords);
	}
	if (Worker.IsValid())
	{
		Worker->stop();
	}
	FPlatformMisc::RequestExitWithStatus(false, bFailed ? 1 : 0);
}

void UFaceBridgeCaptureSubsystem::Say(const FString& InWords)
{
	if (InWords != Words)
	{
		Words = InWords;
		UE_LOG(LogFaceBridge, Display, TEXT("%s"), *InWords);
	}
}
