// An animation instance that moves bones as the character's parameters say, on its own or below an animation blueprint.

#pragma once

#include "Animation/AnimInstance.h"
#include "CoreMinimal.h"

#include "FaceBridgeAnimInstance.generated.h"

/** What is done to one bone's transform relative to its parent. */
struct FFaceBridgeBoneMove
{
	FName Bone;
	FVector Translation = FVector::ZeroVector;
	FQuat Rotation = FQuat::Identity;
	FVector Scale = FVector::OneVector;
};

/**
 * Without a graph the mesh stands as it was modelled, with the moves put on. A blueprint that has this class as its
 * parent animates first, and has the moves put on what it says.
 */
UCLASS(Transient, Blueprintable)
class FACEBRIDGE_API UFaceBridgeAnimInstance : public UAnimInstance
{
	GENERATED_BODY()

public:
	/** Takes the place of the last moves; drawn from the next update on. */
	void SetMoves(const TArray<FFaceBridgeBoneMove>& InMoves);

	const TArray<FFaceBridgeBoneMove>& GetMoves() const { return Moves; }

protected:
	virtual FAnimInstanceProxy* CreateAnimInstanceProxy() override;
	virtual void DestroyAnimInstanceProxy(FAnimInstanceProxy* InProxy) override;

private:
	TArray<FFaceBridgeBoneMove> Moves;
};
