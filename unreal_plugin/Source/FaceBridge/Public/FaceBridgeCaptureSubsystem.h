// Makes a game process a worker of a capture farm: -FaceBridgeFarm=tcp://HOST:PORT on its command line.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "Subsystems/GameInstanceSubsystem.h"

#include "FaceBridgeCaptureSubsystem.generated.h"

class FFaceBridgeCaptureStage;
class UFaceBridgeStage;

namespace facebridge
{
	class CaptureRenderer;
	class CaptureSelfTest;
	class CaptureSettling;
	class Worker;
}

/** What a farm process is at. */
UENUM(BlueprintType)
enum class EFaceBridgeCapture : uint8
{
	Settling,
	SelfTest,
	Working,
	Leaving,
	Over
};

/**
 * Waits for the engine, tests its pictures, then draws what the farm's coordinator asks for until it is told to drain.
 * The process ends with it. In the editor it does not exist.
 */
UCLASS()
class FACEBRIDGE_API UFaceBridgeCaptureSubsystem : public UGameInstanceSubsystem
{
	GENERATED_BODY()

public:
	virtual bool ShouldCreateSubsystem(UObject* Outer) const override;
	virtual void Initialize(FSubsystemCollectionBase& Collection) override;
	virtual void Deinitialize() override;

	UFUNCTION(BlueprintPure, Category = "FaceBridge")
	EFaceBridgeCapture GetState() const { return State; }

	/** What is waited for, or why it ended. */
	UFUNCTION(BlueprintPure, Category = "FaceBridge")
	FString GetWords() const { return Words; }

private:
	bool Tick(float DeltaSeconds);
	void Settle();
	bool BuildStage(FString& OutProblem);
	bool MakeWorker(FString& OutProblem);
	bool Connect(FString& OutProblem);
	void Test();
	void Work();
	void Leave(const FString& InWords);
	void End(const FString& InWords, bool bFailed);
	void Say(const FString& InWords);

	UPROPERTY()
	TObjectPtr<UFaceBridgeStage> Stage;

	TSharedPtr<facebridge::CaptureSettling> Settling;
	TSharedPtr<FFaceBridgeCaptureStage> Capture;
	TSharedPtr<facebridge::CaptureRenderer> Renderer;
	TSharedPtr<facebridge::CaptureSelfTest> SelfTest;
	TSharedPtr<facebridge::Worker> Worker;
	FTSTicker::FDelegateHandle Ticker;
	EFaceBridgeCapture State = EFaceBridgeCapture::Settling;
	FString Words;
};
