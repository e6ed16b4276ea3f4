// Holds a character's values, changes them undoably, and drives the actor's meshes with them.

#include "FaceBridgeCharacterComponent.h"

#include "Components/SkeletalMeshComponent.h"
#include "ControlRigComponent.h"
#include "Engine/SkeletalMesh.h"
#include "FaceBridgeDriver.h"
#include "FaceBridgeLog.h"
#include "FaceBridgePreset.h"
#include "FaceBridgeRigMap.h"
#include "FaceBridgeText.h"
#include "GameFramework/Actor.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Presets.h"
#include "FaceBridgeCore/Rig.h"
#include <algorithm>
THIRD_PARTY_INCLUDES_END

UFaceBridgeCharacterComponent::UFaceBridgeCharacterComponent()
{
	PrimaryComponentTick.bCanEverTick = false;
	bWantsInitializeComponent = false;
}

TArray<USkeletalMeshComponent*> UFaceBridgeCharacterComponent::FindMeshes() const
{
	TArray<USkeletalMeshComponent*> Meshes;
	if (const AActor* Owner = GetOwner())
	{
		Owner->GetComponents(Meshes);
	}
	return Meshes;
}

bool UFaceBridgeCharacterComponent::EnsureRigMap(const facebridge::Schema& Schema, FString& OutProblem)
{
	if (RigMap != nullptr)
	{
		if (RigMap->SchemaHash == FaceBridge::ToUnreal(Schema.hash))
		{
			return true;
		}
		OutProblem = FString::Printf(TEXT("The rig map '%s' is for another schema (%s) than the character (%s); build it again for the schema of the service."),
			*RigMap->GetName(), *RigMap->SchemaHash.Left(12), *FaceBridge::ToUnreal(Schema.hash).Left(12));
		return false;
	}
	USkeletalMesh* Best = nullptr;
	for (const USkeletalMeshComponent* Component : FindMeshes())
	{
		USkeletalMesh* Mesh = Component->GetSkeletalMeshAsset();
		if (Mesh != nullptr && (Best == nullptr || Mesh->GetMorphTargets().Num() > Best->GetMorphTargets().Num()))
		{
			Best = Mesh;
		}
	}
	UFaceBridgeRigMap* Fresh = NewObject<UFaceBridgeRigMap>(this, NAME_None, RF_Transactional);
	if (!Fresh->Build(Best, Schema, TArray<FString>(), OutProblem))
	{
		return false;
	}
	UE_LOG(LogFaceBridge, Display, TEXT("Matched %d targets of '%s' by name; %d parameters have none."), Fresh->Bindings.Num(), *Best->GetName(), Fresh->UnmatchedParameters.Num());
	Modify();
	RigMap = Fresh;
	return true;
}

bool UFaceBridgeCharacterComponent::ApplyCharacter(const facebridge::Schema& Schema, const facebridge::Character& Character, FString& OutProblem)
{
	facebridge::Character Checked = Character;
	std::string Problem;
	if (!facebridge::check_character(Schema, Checked, Problem))
	{
		OutProblem = FaceBridge::ToUnreal(Problem);
		return false;
	}
	if (!EnsureRigMap(Schema, OutProblem))
	{
		return false;
	}
	Modify();
	Parameters = TArray<float>(Checked.parameters.data(), static_cast<int32>(Checked.parameters.size()));
	Choices = TArray<uint8>(Checked.choices.data(), static_cast<int32>(Checked.choices.size()));
	SchemaHash = FaceBridge::ToUnreal(Schema.hash);
	Refresh();
	return true;
}

bool UFaceBridgeCharacterComponent::ReadCharacter(const facebridge::Schema& Schema, facebridge::Character& OutCharacter) const
{
	if (SchemaHash != FaceBridge::ToUnreal(Schema.hash))
	{
		return false;
	}
	facebridge::Character Held;
	Held.parameters.assign(Parameters.begin(), Parameters.end());
	Held.choices.assign(Choices.begin(), Choices.end());
	std::string Problem;
	if (!facebridge::check_character(Schema, Held, Problem))
	{
		return false;
	}
	OutCharacter = Held;
	return true;
}

const facebridge::Schema* UFaceBridgeCharacterComponent::FindSchema() const
{
	FString Problem;
	return RigMap != nullptr ? RigMap->GetSchema(Problem) : nullptr;
}

bool UFaceBridgeCharacterComponent::Change(const facebridge::Character& Character)
{
	FString Problem;
	const facebridge::Schema* Schema = FindSchema();
	if (Schema == nullptr)
	{
		UE_LOG(LogFaceBridge, Error, TEXT("'%s' has no rig map with a schema; give its FaceBridge Character component one."), *GetPathName());
		return false;
	}
	if (!ApplyCharacter(*Schema, Character, Problem))
	{
		UE_LOG(LogFaceBridge, Error, TEXT("%s"), *Problem);
		return false;
	}
	return true;
}

bool UFaceBridgeCharacterComponent::ApplyParameters(const TArray<float>& Values)
{
	facebridge::Character Character;
	Character.parameters.assign(Values.begin(), Values.end());
	if (const facebridge::Schema* Schema = FindSchema())
	{
		facebridge::Character Held;
		Character.choices = ReadCharacter(*Schema, Held) ? Held.choices : facebridge::neutral_character(*Schema).choices;
	}
	return Change(Character);
}

bool UFaceBridgeCharacterComponent::SetParameter(FName Name, float Value)
{
	const facebridge::Schema* Schema = FindSchema();
	const std::optional<std::size_t> Position = Schema != nullptr ? Schema->find(FaceBridge::ToCore(Name)) : std::nullopt;
	if (!Position || Schema->is_choice(*Position) || !FMath::IsFinite(Value))
	{
		UE_LOG(LogFaceBridge, Error, TEXT("'%s' cannot be set to %f: the rig map's schema has no such parameter, or the value is not finite."), *Name.ToString(), Value);
		return false;
	}
	facebridge::Character Character;
	if (!ReadCharacter(*Schema, Character))
	{
		Character = facebridge::neutral_character(*Schema);
	}
	const facebridge::Parameter& Parameter = Schema->parameters[*Position];
	Character.parameters[*Position] = std::clamp(Value, static_cast<float>(Parameter.minimum), static_cast<float>(Parameter.maximum));
	return Change(Character);
}

float UFaceBridgeCharacterComponent::GetParameter(FName Name) const
{
	const facebridge::Schema* Schema = FindSchema();
	const std::optional<std::size_t> Position = Schema != nullptr ? Schema->find(FaceBridge::ToCore(Name)) : std::nullopt;
	if (!Position || Schema->is_choice(*Position))
	{
		return 0.0f;
	}
	const int32 Index = static_cast<int32>(*Position);
	return Parameters.IsValidIndex(Index) ? Parameters[Index] : static_cast<float>(Schema->parameters[*Position].neutral);
}

TArray<FName> UFaceBridgeCharacterComponent::GetParameterNames() const
{
	TArray<FName> Names;
	if (const facebridge::Schema* Schema = FindSchema())
	{
		for (const facebridge::Parameter& Parameter : Schema->parameters)
		{
			Names.Add(FaceBridge::ToName(Parameter.name));
		}
	}
	return Names;
}

bool UFaceBridgeCharacterComponent::ApplyPreset(const UFaceBridgePreset* Preset)
{
	const facebridge::Schema* Schema = FindSchema();
	facebridge::Preset Read;
	std::string Problem = "There is no preset, or no rig map with a schema to read it by.";
	if (Schema == nullptr || Preset == nullptr
		|| !facebridge::read_preset(FaceBridge::ToBytes(Preset->PresetJson), *Schema, FaceBridge::ToCore(Preset->GetName()), Read, Problem))
	{
		UE_LOG(LogFaceBridge, Error, TEXT("%s"), *FaceBridge::ToUnreal(Problem));
		return false;
	}
	return Change(Read.character);
}

void UFaceBridgeCharacterComponent::Refresh()
{
	Remarks.Reset();
	facebridge::Character Character;
	const facebridge::Schema* Schema = FindSchema();
	if (Schema != nullptr && ReadCharacter(*Schema, Character))
	{
		const AActor* Owner = GetOwner();
		UControlRigComponent* Rig = Owner != nullptr ? Owner->FindComponentByClass<UControlRigComponent>() : nullptr;
		Remarks = FaceBridge::Drive(RigMap->Evaluate(Character), FindMeshes(), Rig, KnownMeshes).Problems;
	}
	OnCharacterChanged.Broadcast();
}

TArray<FString> UFaceBridgeCharacterComponent::GetRemarks() const
{
	return Remarks;
}

void UFaceBridgeCharacterComponent::BeginPlay()
{
	Super::BeginPlay();
	Refresh();
}

void UFaceBridgeCharacterComponent::OnRegister()
{
	Super::OnRegister();
	KnownMeshes.Reset(); // a mesh may have been imported anew
	Refresh();
}

#if WITH_EDITOR
void UFaceBridgeCharacterComponent::PostEditUndo()
{
	Super::PostEditUndo();
	Refresh();
}

void UFaceBridgeCharacterComponent::PostEditChangeProperty(FPropertyChangedEvent& Event)
{
	Super::PostEditChangeProperty(Event);
	Refresh();
}
#endif
