// How the parameters of a schema move one character: an asset made by name match, or read from a rig file.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DataAsset.h"
#include "Engine/EngineTypes.h"
#include "UObject/SoftObjectPtr.h"

#include "FaceBridgeRigMap.generated.h"

class USkeletalMesh;

namespace facebridge
{
	struct Character;
	struct Rig;
	struct RigInventory;
	struct RigPose;
	struct RigReport;
	struct Schema;
}

/** What a target moves. */
UENUM(BlueprintType)
enum class EFaceBridgeTarget : uint8
{
	MorphTarget,
	Bone,
	MaterialScalar,
	MaterialVector,
	ControlRig
};

/** The side of a parameter's rest value that a target serves. */
UENUM(BlueprintType)
enum class EFaceBridgeHalf : uint8
{
	Both,
	Low,
	High
};

/** The part of a bone's transform that a target moves. */
UENUM(BlueprintType)
enum class EFaceBridgeChannel : uint8
{
	Translation,
	Rotation,
	Scale
};

/** One thing that a parameter moves: Scale for each unit of the parameter beyond Rest, and Offset always. */
USTRUCT(BlueprintType)
struct FACEBRIDGE_API FFaceBridgeBinding
{
	GENERATED_BODY()

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	FString Parameter;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	EFaceBridgeTarget Target = EFaceBridgeTarget::MorphTarget;

	/** Name of the morph target, bone, material parameter or control. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	FString Name;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	EFaceBridgeHalf Half = EFaceBridgeHalf::Both;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	double Rest = 0.0;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	double Scale = 1.0;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	double Offset = 0.0;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	EFaceBridgeChannel Channel = EFaceBridgeChannel::Translation;

	/** Axis of a bone (0 X, 1 Y, 2 Z), or component of a material vector (0 R to 3 A). */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge", meta = (ClampMin = "0", ClampMax = "3"))
	int32 Axis = 0;

	/** Whether a bone's axes are those of the whole character rather than of the bone's parent. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	bool bComponentSpace = false;
};

/** Maps every parameter of a schema to morph targets, bones, material parameters and controls. */
UCLASS(BlueprintType)
class FACEBRIDGE_API UFaceBridgeRigMap : public UDataAsset
{
	GENERATED_BODY()

public:
	/** The mesh whose names are matched. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "Build")
	TSoftObjectPtr<USkeletalMesh> Mesh;

	/** What `facebridge schema export` wrote; empty: the schema that the map holds. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "Build", meta = (FilePathFilter = "json"))
	FFilePath SchemaFile;

	/** What `facebridge export --rig` wrote; empty: names alone are matched. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "Build", meta = (FilePathFilter = "json"))
	FFilePath RigFile;

	/** Build from the three above; what went wrong stands in Remarks. */
	UFUNCTION(CallInEditor, BlueprintCallable, Category = "Build")
	bool Rebuild();

	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	TArray<FFaceBridgeBinding> Bindings;

	/** The schema that the parameters belong to, as its engine announces it. */
	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge", meta = (MultiLine = true))
	FString SchemaJson;

	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	FString SchemaHash;

	/** Parameters that nothing on the character answers. */
	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	TArray<FString> UnmatchedParameters;

	/** Morph targets, bones, material parameters and controls that no parameter drives. */
	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	TArray<FString> UnmatchedTargets;

	/** Names that could mean several things, and other remarks of the last match, as sentences. */
	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	TArray<FString> Remarks;

	/** Match names of the mesh, its materials and Controls with the schema's; replaces Bindings as one undoable change. */
	bool Build(USkeletalMesh* ForMesh, const facebridge::Schema& Schema, const TArray<FString>& Controls, FString& OutProblem);

	/** Hold the schema of a file; the bindings stay as they are. */
	bool ReadSchemaFile(const FString& Path, FString& OutProblem);

	/** As Build, for a schema file, or with an empty path for the schema that the map holds. */
	UFUNCTION(BlueprintCallable, Category = "FaceBridge")
	bool BuildFromSchemaFile(USkeletalMesh* ForMesh, const FString& SchemaPath, FString& OutProblem);

	/** Read what `facebridge export --rig` wrote and bind it to the names and axes of the mesh. */
	UFUNCTION(BlueprintCallable, Category = "FaceBridge")
	bool ImportRigFile(const FString& Path, USkeletalMesh* ForMesh, FString& OutProblem);

	/** The schema of SchemaJson; null, with a sentence, when there is none. Lives until the map changes. */
	const facebridge::Schema* GetSchema(FString& OutProblem) const;

	/** The bindings as the core evaluates them. Lives until the map changes. */
	const facebridge::Rig& GetRig() const;

	/** What the bindings make of a character of the map's schema; nothing without one. */
	facebridge::RigPose Evaluate(const facebridge::Character& Character) const;

	/** Counts the changes of the map, so that others know when to read it again. */
	int32 GetRevision() const { return Revision; }

	/** What a mesh and its materials offer to be driven. */
	static facebridge::RigInventory TakeInventory(const USkeletalMesh* ForMesh, const TArray<FString>& Controls);

	virtual void PostLoad() override;
#if WITH_EDITOR
	virtual void PostEditChangeProperty(FPropertyChangedEvent& Event) override;
	virtual void PostEditUndo() override;
#endif

private:
	struct FParsed;

	const FParsed& Parse() const;
	void Take(const facebridge::Schema& Schema, const facebridge::Rig& Rig, const facebridge::RigReport& Report);
	void Forget();

	/** Derived from the properties, rebuilt on demand. */
	mutable TSharedPtr<FParsed> Parsed;
	int32 Revision = 0;
};
