// Where the service and the farm are and how pictures are captured; the command line overrides what is saved.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"

#include "FaceBridgeSettings.generated.h"

/** Project Settings > Plugins > FaceBridge. */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "FaceBridge"))
class FACEBRIDGE_API UFaceBridgeSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	/** Address of `facebridge serve`. Beyond this machine it needs a key file. -FaceBridgeService= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Service")
	FString ServiceAddress = TEXT("tcp://127.0.0.1:5757");

	/** Client key file for the service, from `facebridge keys new`; empty on this machine. -FaceBridgeKeys= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Service")
	FString KeysFile;

	/** Command line that starts a service on this machine; empty: none can be started from the panel. */
	UPROPERTY(EditAnywhere, Config, Category = "Service")
	FString LocalServiceCommand = TEXT("facebridge serve");

	/** Address of `facebridge capture --bind`; empty: this process is no worker. -FaceBridgeFarm= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	FString FarmAddress;

	/** Client key file for the farm; empty on this machine. -FaceBridgeFarmKeys= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	FString FarmKeysFile;

	/** Name of this kind of engine in the farm's reports. -FaceBridgeName= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	FString FarmName = TEXT("unreal");

	/** Pixels a side of the self-test's pictures; jobs say their own. -FaceBridgePx= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "64", ClampMax = "2048"))
	int32 ImagePx = 256;

	/** The largest picture that the farm may ask for, in pixels a side. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "64", ClampMax = "4096"))
	int32 LargestImagePx = 2048;

	/** Characters drawn in one frame: columns of the grid. -FaceBridgeGrid=COLUMNSxROWS overrides both. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "1", ClampMax = "16"))
	int32 GridColumns = 2;

	/** Rows of the grid. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "1", ClampMax = "16"))
	int32 GridRows = 2;

	/** Distance between two characters of the grid, in centimetres: far enough that none shades another. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "100"))
	float CellDistance = 1000.0f;

	/** Whether pictures show the character alone, before black; else all of the level. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	bool bCharactersAlone = true;

	/** Direction of the character's front, in degrees about its vertical axis, when no camera has the tag FaceBridge. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	float FrontYaw = 90.0f;

	/** Exposure compensation of all pictures, in stops; exposure is fixed. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	float ExposureBias = 0.0f;

	/** Frames drawn and thrown away before the first picture. -FaceBridgeWarmUp= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "1", ClampMax = "600"))
	int32 WarmUpFrames = 8;

	/** Frames between setting a character's parameters and its picture. -FaceBridgeSettle= overrides it. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "1", ClampMax = "60"))
	int32 SettleFrames = 2;

	/** How long shaders, streaming and compilation are waited for before the farm is told that they do not end, in seconds. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm", meta = (ClampMin = "10"))
	int32 PatienceSeconds = 1800;

	/** Whether the first pictures of a process are checked. -FaceBridgeNoSelfTest switches it off. */
	UPROPERTY(EditAnywhere, Config, Category = "Farm")
	bool bSelfTest = true;

	/** What is wrong with the command line, in words; empty when nothing is. */
	FString CommandLineProblem;

	virtual void PostInitProperties() override;
	virtual FName GetCategoryName() const override;
};
