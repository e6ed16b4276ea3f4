// Saved settings under the command line's.

#include "FaceBridgeSettings.h"

#include "FaceBridgeLog.h"
#include "FaceBridgeText.h"
#include "Misc/CommandLine.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/FarmOptions.h"
THIRD_PARTY_INCLUDES_END

namespace
{
	void Override(FString& Setting, const std::optional<std::string>& Given)
	{
		if (Given)
		{
			Setting = FaceBridge::ToUnreal(*Given);
		}
	}

	void Override(int32& Setting, const std::optional<int>& Given)
	{
		if (Given)
		{
			Setting = *Given;
		}
	}
}

void UFaceBridgeSettings::PostInitProperties()
{
	Super::PostInitProperties();
	facebridge::FarmOptions Options;
	std::string Problem;
	if (!facebridge::read_farm_options(FaceBridge::ToCore(FString(FCommandLine::Get())), Options, Problem))
	{
		CommandLineProblem = FaceBridge::ToUnreal(Problem);
		UE_LOG(LogFaceBridge, Error, TEXT("%s"), *CommandLineProblem);
		return;
	}
	Override(ServiceAddress, Options.service);
	Override(KeysFile, Options.service_keys);
	Override(FarmAddress, Options.farm);
	Override(FarmKeysFile, Options.farm_keys);
	Override(FarmName, Options.name);
	Override(ImagePx, Options.image_px);
	Override(GridColumns, Options.columns);
	Override(GridRows, Options.rows);
	Override(WarmUpFrames, Options.warm_up);
	Override(SettleFrames, Options.settle);
	Override(PatienceSeconds, Options.patience);
	if (Options.no_self_test)
	{
		bSelfTest = false;
	}
}

FName UFaceBridgeSettings::GetCategoryName() const
{
	return FName(TEXT("Plugins"));
}
