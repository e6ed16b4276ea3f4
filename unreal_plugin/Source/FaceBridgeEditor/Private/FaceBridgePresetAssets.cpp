// The model writes and reads the JSON; here it only finds its place in the project.

#include "FaceBridgePresetAssets.h"

#include "AssetRegistry/AssetRegistryModule.h"
#include "AssetToolsModule.h"
#include "FaceBridgePanelHost.h"
#include "FaceBridgePreset.h"
#include "FaceBridgeText.h"
#include "FileHelpers.h"
#include "IAssetTools.h"
#include "ScopedTransaction.h"
#include "UObject/Package.h"

#define LOCTEXT_NAMESPACE "FaceBridgePresetAssets"

namespace FaceBridgePresetAssets
{
	namespace
	{
		bool WriteJson(FFaceBridgePanelHost& Host, FString& OutJson, FString& OutProblem)
		{
			facebridge::Bytes File;
			std::string Words;
			const bool bDone = Host.Do([&File, &Words](facebridge::PanelModel& Panel, std::string& Problem) {
				const bool bSaved = Panel.save(File, Problem);
				Words = Problem;
				return bSaved;
			});
			OutJson = bDone ? FaceBridge::FromBytes(File) : FString();
			OutProblem = FaceBridge::ToUnreal(Words);
			return bDone;
		}
	}

	UFaceBridgePreset* SaveNew(FFaceBridgePanelHost& Host, FString& OutProblem)
	{
		FString Json;
		if (!WriteJson(Host, Json, OutProblem))
		{
			return nullptr;
		}
		const FString Base = TEXT("/Game/FaceBridge/") + AssetName(FaceBridge::ToUnreal(Host.View().name));
		FString PackageName;
		FString Name;
		FAssetToolsModule::GetModule().Get().CreateUniqueAssetName(Base, FString(), PackageName, Name);
		UPackage* Package = CreatePackage(*PackageName);
		UFaceBridgePreset* Preset =
			NewObject<UFaceBridgePreset>(Package, FName(*Name), RF_Public | RF_Standalone | RF_Transactional);
		Preset->PresetJson = Json;
		Preset->SchemaHash = Host.GetSchemaHash();
		FAssetRegistryModule::AssetCreated(Preset);
		Package->SetDirtyFlag(true);
		if (!UEditorLoadingAndSavingUtils::SavePackages({Package}, /*bOnlyDirty*/ true))
		{
			OutProblem = FText::Format(LOCTEXT("NotSaved", "{0} could not be saved; save it in the Content Browser."), FText::FromString(PackageName)).ToString();
		}
		return Preset;
	}

	bool SaveTo(FFaceBridgePanelHost& Host, UFaceBridgePreset& Preset, FString& OutProblem)
	{
		FString Json;
		if (!WriteJson(Host, Json, OutProblem))
		{
			return false;
		}
		UFaceBridgePreset* Asset = &Preset;
		const FScopedTransaction Transaction(LOCTEXT("SaveStep", "FaceBridge: save preset"));
		Asset->Modify();
		Asset->PresetJson = Json;
		Asset->SchemaHash = Host.GetSchemaHash();
		return true;
	}

	bool Open(FFaceBridgePanelHost& Host, const UFaceBridgePreset& Preset, FString& OutProblem)
	{
		const facebridge::Bytes File = FaceBridge::ToBytes(Preset.PresetJson);
		const std::string Called = FaceBridge::ToCore(Preset.GetName());
		std::string Words;
		const bool bDone = Host.Do([&](facebridge::PanelModel& Panel, std::string& Problem) {
			const bool bLoaded = Panel.load(File, Called, Problem);
			Words = Problem;
			return bLoaded;
		});
		OutProblem = bDone ? FString() : FaceBridge::ToUnreal(Words);
		return bDone;
	}

	FString AssetName(const FString& Name)
	{
		FString Plain;
		for (const TCHAR Letter : Name)
		{
			const bool bAllowed = (Letter >= TEXT('0') && Letter <= TEXT('9')) || (Letter >= TEXT('A') && Letter <= TEXT('Z'))
				|| (Letter >= TEXT('a') && Letter <= TEXT('z')) || Letter == TEXT('_') || Letter == TEXT('-');
			Plain.AppendChar(bAllowed ? Letter : TEXT('_'));
		}
		return Plain.IsEmpty() ? FString(TEXT("Character")) : Plain.Left(64);
	}
}

#undef LOCTEXT_NAMESPACE
