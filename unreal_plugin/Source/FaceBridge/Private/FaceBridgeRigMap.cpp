// Rig maps: bindings as properties that artists can edit, and as the core's rig that is evaluated.

#include "FaceBridgeRigMap.h"

#include "Engine/SkeletalMesh.h"
#include "FaceBridgeLog.h"
#include "FaceBridgeText.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/RigFile.h"
THIRD_PARTY_INCLUDES_END

namespace
{
	/** Far above any schema that the core accepts. */
	constexpr std::size_t SchemaBytes = 16 << 20;

	// Both enumerations are in the core's order; a new kind here must get its place in both.
	static_assert(static_cast<int32>(EFaceBridgeTarget::ControlRig) == static_cast<int32>(facebridge::RigKind::Control));
	static_assert(static_cast<int32>(EFaceBridgeHalf::High) == static_cast<int32>(facebridge::RigHalf::High));
	static_assert(static_cast<int32>(EFaceBridgeChannel::Scale) == static_cast<int32>(facebridge::RigChannel::Scale));

	FFaceBridgeBinding ToProperty(const facebridge::RigBinding& Binding)
	{
		FFaceBridgeBinding Found;
		Found.Parameter = FaceBridge::ToUnreal(Binding.parameter);
		Found.Target = static_cast<EFaceBridgeTarget>(Binding.target.kind);
		Found.Name = FaceBridge::ToUnreal(Binding.target.name);
		Found.Half = static_cast<EFaceBridgeHalf>(Binding.target.half);
		Found.Rest = Binding.target.rest;
		Found.Scale = Binding.target.scale;
		Found.Offset = Binding.target.offset;
		Found.Channel = static_cast<EFaceBridgeChannel>(Binding.target.channel);
		Found.Axis = Binding.target.axis;
		Found.bComponentSpace = Binding.target.component;
		return Found;
	}

	facebridge::RigBinding ToCoreBinding(const FFaceBridgeBinding& Binding)
	{
		facebridge::RigBinding Found;
		Found.parameter = FaceBridge::ToCore(Binding.Parameter);
		Found.target.kind = static_cast<facebridge::RigKind>(Binding.Target);
		Found.target.name = FaceBridge::ToCore(Binding.Name);
		Found.target.half = static_cast<facebridge::RigHalf>(Binding.Half);
		Found.target.rest = Binding.Rest;
		Found.target.scale = Binding.Scale;
		Found.target.offset = Binding.Offset;
		Found.target.channel = static_cast<facebridge::RigChannel>(Binding.Channel);
		Found.target.axis = Binding.Axis;
		Found.target.component = Binding.bComponentSpace;
		return Found;
	}

	TArray<FString> ToStrings(const std::vector<std::string>& Texts)
	{
		TArray<FString> Found;
		for (const std::string& Text : Texts)
		{
			Found.Add(FaceBridge::ToUnreal(Text));
		}
		return Found;
	}
}

/** What the core makes of the properties. */
struct UFaceBridgeRigMap::FParsed
{
	facebridge::Rig Rig;
	TOptional<facebridge::Schema> Schema;
	TOptional<facebridge::RigEvaluator> Evaluator;
	FString SchemaProblem;
};

void UFaceBridgeRigMap::Take(const facebridge::Schema& Schema, const facebridge::Rig& Rig, const facebridge::RigReport& Report)
{
	Modify();
	Bindings.Reset();
	for (const facebridge::RigBinding& Binding : Rig.bindings)
	{
		Bindings.Add(ToProperty(Binding));
	}
	SchemaJson = FaceBridge::FromBytes(Schema.source);
	SchemaHash = FaceBridge::ToUnreal(Schema.hash);
	UnmatchedParameters = ToStrings(Report.parameters);
	UnmatchedTargets = ToStrings(Report.targets);
	Remarks = ToStrings(Report.remarks);
	Forget();
}

bool UFaceBridgeRigMap::Build(USkeletalMesh* ForMesh, const facebridge::Schema& Schema, const TArray<FString>& Controls, FString& OutProblem)
{
	if (ForMesh == nullptr)
	{
		OutProblem = TEXT("There is no skeletal mesh to match names with; choose the character's mesh and build again.");
		return false;
	}
	facebridge::RigReport Report;
	const facebridge::Rig Rig = facebridge::match_rig(Schema, TakeInventory(ForMesh, Controls), Report);
	if (Rig.bindings.empty())
	{
		OutProblem = FString::Printf(TEXT("Nothing of '%s' has the name of a parameter of '%s'; import the mesh with its morph targets, or import a rig file."),
			*ForMesh->GetName(), *FaceBridge::ToUnreal(Schema.character));
		return false;
	}
	Take(Schema, Rig, Report);
	return true;
}

bool UFaceBridgeRigMap::ReadSchemaFile(const FString& Path, FString& OutProblem)
{
	facebridge::Bytes File;
	facebridge::Schema Schema;
	std::string Problem;
	if (!facebridge::read_file(FaceBridge::ToCore(Path), SchemaBytes, File, Problem) || !facebridge::read_schema(File, Schema, Problem))
	{
		OutProblem = FaceBridge::ToUnreal(Problem);
		return false;
	}
	Modify();
	SchemaJson = FaceBridge::FromBytes(Schema.source);
	SchemaHash = FaceBridge::ToUnreal(Schema.hash);
	Forget();
	return true;
}

bool UFaceBridgeRigMap::BuildFromSchemaFile(USkeletalMesh* ForMesh, const FString& SchemaPath, FString& OutProblem)
{
	if (!SchemaPath.IsEmpty() && !ReadSchemaFile(SchemaPath, OutProblem))
	{
		return false;
	}
	const facebridge::Schema* Held = GetSchema(OutProblem);
	// A copy: building forgets what the map has read.
	return Held != nullptr && Build(ForMesh, facebridge::Schema(*Held), TArray<FString>(), OutProblem);
}

bool UFaceBridgeRigMap::Rebuild()
{
	FString Problem;
	USkeletalMesh* Loaded = Mesh.LoadSynchronous();
	bool bBuilt = SchemaFile.FilePath.IsEmpty() || ReadSchemaFile(SchemaFile.FilePath, Problem);
	if (bBuilt)
	{
		bBuilt = RigFile.FilePath.IsEmpty() ? BuildFromSchemaFile(Loaded, FString(), Problem) : ImportRigFile(RigFile.FilePath, Loaded, Problem);
	}
	if (!bBuilt)
	{
		Modify();
		Remarks = {Problem};
		UE_LOG(LogFaceBridge, Error, TEXT("%s: %s"), *GetName(), *Problem);
	}
	return bBuilt;
}

bool UFaceBridgeRigMap::ImportRigFile(const FString& Path, USkeletalMesh* ForMesh, FString& OutProblem)
{
	const facebridge::Schema* Schema = GetSchema(OutProblem);
	if (Schema == nullptr || ForMesh == nullptr)
	{
		OutProblem = ForMesh == nullptr ? FString(TEXT("There is no skeletal mesh to bind the rig file to; choose the character's mesh.")) : OutProblem;
		return false;
	}
	const std::string Called = FaceBridge::ToCore(Path);
	facebridge::Bytes Bytes;
	facebridge::RigFile File;
	facebridge::Rig Rig;
	facebridge::RigReport Report;
	std::string Problem;
	if (!facebridge::read_file(Called, facebridge::kRigBytes, Bytes, Problem) || !facebridge::read_rig_file(Bytes, facebridge::file_name(Called), File, Problem)
		|| !facebridge::bind_rig(File, *Schema, TakeInventory(ForMesh, TArray<FString>()), Rig, Report, Problem))
	{
		OutProblem = FaceBridge::ToUnreal(Problem);
		return false;
	}
	Take(facebridge::Schema(*Schema), Rig, Report);
	return true;
}

const UFaceBridgeRigMap::FParsed& UFaceBridgeRigMap::Parse() const
{
	if (!Parsed.IsValid())
	{
		const TSharedRef<FParsed> Fresh = MakeShared<FParsed>();
		for (const FFaceBridgeBinding& Binding : Bindings)
		{
			Fresh->Rig.bindings.push_back(ToCoreBinding(Binding));
		}
		facebridge::Schema Schema;
		std::string Problem;
		if (SchemaJson.IsEmpty())
		{
			Fresh->SchemaProblem = FString::Printf(TEXT("The rig map '%s' has no schema; build it for a mesh and a schema first."), *GetName());
		}
		else if (facebridge::read_schema(FaceBridge::ToBytes(SchemaJson), Schema, Problem))
		{
			Fresh->Schema = Schema;
			Fresh->Evaluator = facebridge::RigEvaluator(Fresh->Rig, Schema);
		}
		else
		{
			Fresh->SchemaProblem = FaceBridge::ToUnreal(Problem);
		}
		Parsed = Fresh;
	}
	return *Parsed;
}

const facebridge::Schema* UFaceBridgeRigMap::GetSchema(FString& OutProblem) const
{
	const FParsed& Found = Parse();
	OutProblem = Found.SchemaProblem;
	return Found.Schema.IsSet() ? &Found.Schema.GetValue() : nullptr;
}

const facebridge::Rig& UFaceBridgeRigMap::GetRig() const
{
	return Parse().Rig;
}

facebridge::RigPose UFaceBridgeRigMap::Evaluate(const facebridge::Character& Character) const
{
	const FParsed& Found = Parse();
	return Found.Evaluator.IsSet() ? Found.Evaluator->evaluate(Character) : facebridge::RigPose();
}

void UFaceBridgeRigMap::Forget()
{
	Parsed.Reset();
	++Revision;
}

void UFaceBridgeRigMap::PostLoad()
{
	Super::PostLoad();
	Forget();
}

#if WITH_EDITOR
void UFaceBridgeRigMap::PostEditChangeProperty(FPropertyChangedEvent& Event)
{
	Super::PostEditChangeProperty(Event);
	Forget();
}

void UFaceBridgeRigMap::PostEditUndo()
{
	Super::PostEditUndo();
	Forget();
}
#endif
