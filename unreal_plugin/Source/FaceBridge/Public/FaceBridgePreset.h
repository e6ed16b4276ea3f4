// One saved character as an asset: the JSON of a FaceBridge parameter file, which the command line reads as well.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DataAsset.h"

#include "FaceBridgePreset.generated.h"

/** Saved parameters, choices, locks and notes of one character. */
UCLASS(BlueprintType)
class FACEBRIDGE_API UFaceBridgePreset : public UDataAsset
{
	GENERATED_BODY()

public:
	/** The parameter file, as `facebridge import` writes it. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "FaceBridge", meta = (MultiLine = true))
	FString PresetJson;

	/** Hash of the schema that the values belong to. */
	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "FaceBridge")
	FString SchemaHash;
};
