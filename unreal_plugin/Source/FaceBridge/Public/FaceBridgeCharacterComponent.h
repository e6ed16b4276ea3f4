// Makes an actor a FaceBridge character: holds its parameters and puts them onto its meshes, materials and rig.

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"

#include "FaceBridgeCharacterComponent.generated.h"

class UFaceBridgePreset;
class UFaceBridgeRigMap;
class USkeletalMeshComponent;

namespace facebridge
{
	struct Character;
	struct Schema;
}

namespace FaceBridge
{
	struct FKnownMesh;
}

/** Add to an actor with skeletal meshes; every mesh of the actor that knows a driven name is moved. */
UCLASS(ClassGroup = (FaceBridge), meta = (BlueprintSpawnableComponent))
class FACEBRIDGE_API UFaceBridgeCharacterComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UFaceBridgeCharacterComponent();

	/** What the parameters move; without one, names are matched when the first character is applied. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "FaceBridge")
	TObjectPtr<UFaceBridgeRigMap> RigMap;

	/** Values in the schema's order. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "FaceBridge", meta = (EditFixedSize))
	TArray<float> Parameters;

	/** Option number of each choice, in the schema's order. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "FaceBridge", meta = (EditFixedSize))
	TArray<uint8> Choices;

	/** Hash of the schema that the values belong to. */
	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	FString SchemaHash;

	/** After the values or what they move have changed, by undo as well. */
	FSimpleMulticastDelegate OnCharacterChanged;

	/** Put on all values of the rig map's schema; false when their number or a value does not suit it. */
	UFUNCTION(BlueprintCallable, Category = "FaceBridge")
	bool ApplyParameters(const TArray<float>& Values);

	/** Put on one value, clamped to its range; false for a name that the schema lacks. */
	UFUNCTION(BlueprintCallable, Category = "FaceBridge")
	bool SetParameter(FName Name, float Value);

	/** A parameter's value; 0 for a name that the schema lacks. */
	UFUNCTION(BlueprintPure, Category = "FaceBridge")
	float GetParameter(FName Name) const;

	UFUNCTION(BlueprintPure, Category = "FaceBridge")
	TArray<FName> GetParameterNames() const;

	/** Put on a saved character; false, with the reason in the log, when it belongs to another schema. */
	UFUNCTION(BlueprintCallable, Category = "FaceBridge")
	bool ApplyPreset(const UFaceBridgePreset* Preset);

	/** Put on a character of a schema, as one undoable change: Modify() comes before the first write. */
	bool ApplyCharacter(const facebridge::Schema& Schema, const facebridge::Character& Character, FString& OutProblem);

	/** The values as the core knows them; false when they belong to another schema or there are none yet. */
	bool ReadCharacter(const facebridge::Schema& Schema, facebridge::Character& OutCharacter) const;

	/** Put the held values onto the meshes again, as after a mesh was exchanged. */
	UFUNCTION(BlueprintCallable, Category = "FaceBridge")
	void Refresh();

	/** Reports what the last character could not move, as sentences; empty when everything found its target. */
	UFUNCTION(BlueprintPure, Category = "FaceBridge")
	TArray<FString> GetRemarks() const;

	virtual void BeginPlay() override;
	virtual void OnRegister() override;
#if WITH_EDITOR
	virtual void PostEditUndo() override;
	virtual void PostEditChangeProperty(FPropertyChangedEvent& Event) override;
#endif

private:
	bool EnsureRigMap(const facebridge::Schema& Schema, FString& OutProblem);
	bool Change(const facebridge::Character& Character);
	const facebridge::Schema* FindSchema() const;
	TArray<USkeletalMeshComponent*> FindMeshes() const;

	TArray<FString> Remarks;

	/** What the driver keeps of the meshes. */
	TArray<TSharedPtr<FaceBridge::FKnownMesh>> KnownMeshes;
};
