// FAnimInstanceProxy: updates and evaluates a pose away from the game thread.

#pragma once

#include "CoreMinimal.h"

class UAnimInstance; // R16
struct FAnimNode_Base; // R17
struct FPoseContext; // R18
struct FAnimInstanceProxy // R17
{
	FAnimInstanceProxy(UAnimInstance* Instance); // R17
	virtual ~FAnimInstanceProxy(); // R17
	virtual void PreUpdate(UAnimInstance* InAnimInstance, float DeltaSeconds); // R17
	virtual bool Evaluate(FPoseContext& Output); // R17
	void EvaluateAnimationNode(FPoseContext& Output); // R17
	FAnimNode_Base* GetRootNode(); // R17
};
