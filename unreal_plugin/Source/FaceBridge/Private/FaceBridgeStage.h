// What is captured: a grid of the level's character, one camera that visits each, one render target.

#pragma once

#include "CoreMinimal.h"
#include "UObject/Object.h"

#include "FaceBridgeStage.generated.h"

class AActor;
class ASceneCapture2D;
class FTextureRenderTargetResource;
class UFaceBridgeCharacterComponent;
class UFaceBridgeSettings;
class UTextureRenderTarget2D;

namespace facebridge
{
	struct Character;
	struct Schema;
}

/** Copies of one character so far apart that none sees another, and the view of it that all pictures share. */
UCLASS(Transient)
class UFaceBridgeStage : public UObject
{
	GENERATED_BODY()

public:
	/** The first actor of the level that has a FaceBridge Character component; null when there is none. */
	static UFaceBridgeCharacterComponent* FindCharacter(UWorld& World);

	bool Build(UWorld& World, const UFaceBridgeSettings& Settings, FString& OutProblem);

	/** Whether the level still has everything that was built. */
	bool IsWhole() const;

	int32 Num() const { return Characters.Num(); }

	/** The schema of the character's rig map; null, with a sentence, when it has none. */
	const facebridge::Schema* GetSchema(FString& OutProblem) const;

	bool Pose(int32 Cell, const facebridge::Character& Character, FString& OutProblem);

	/** Give the render target this size; only while nothing is drawn into it. */
	void Resize(int32 ImagePx);

	/** Clear to the sentinel, then draw one character; the GPU has both to do when this returns. */
	void Draw(int32 Cell);

	/** Fill the target with one colour of linear light. */
	void Fill(const FLinearColor& Colour);

	FTextureRenderTargetResource* GetResource() const;

private:
	void PlaceCamera(UWorld& World, const UFaceBridgeSettings& Settings);
	void PlaceCharacters(UWorld& World, const UFaceBridgeSettings& Settings);
	void SetUpCamera(const UFaceBridgeSettings& Settings);

	UPROPERTY()
	TArray<TObjectPtr<UFaceBridgeCharacterComponent>> Characters;

	UPROPERTY()
	TObjectPtr<ASceneCapture2D> Camera;

	UPROPERTY()
	TObjectPtr<UTextureRenderTarget2D> Target;

	/** The camera relative to each character's actor. */
	FTransform View;

	float FieldOfView = 20.0f;
};
