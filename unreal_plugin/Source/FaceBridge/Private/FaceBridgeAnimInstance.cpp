// Puts bone moves on a pose; the pose is worked out on another thread, which sees a copy made before each update.

#include "FaceBridgeAnimInstance.h"

#include "Animation/AnimInstanceProxy.h"
#include "Animation/AnimNodeBase.h"
#include "BoneContainer.h"
#include "BoneIndices.h"
#include "BonePose.h"

namespace
{
	struct FFaceBridgeProxy final : public FAnimInstanceProxy
	{
		explicit FFaceBridgeProxy(UAnimInstance* Instance)
			: FAnimInstanceProxy(Instance)
		{
		}

		/** On the game thread. */
		virtual void PreUpdate(UAnimInstance* Instance, float DeltaSeconds) override
		{
			FAnimInstanceProxy::PreUpdate(Instance, DeltaSeconds);
			if (const UFaceBridgeAnimInstance* Owner = Cast<UFaceBridgeAnimInstance>(Instance))
			{
				Moves = Owner->GetMoves();
			}
		}

		/** On any thread. */
		virtual bool Evaluate(FPoseContext& Output) override
		{
			if (GetRootNode() != nullptr)
			{
				EvaluateAnimationNode(Output);
			}
			else
			{
				Output.ResetToRefPose();
			}
			const FBoneContainer& Bones = Output.Pose.GetBoneContainer();
			for (const FFaceBridgeBoneMove& Move : Moves)
			{
				const int32 MeshIndex = Bones.GetPoseBoneIndexForBoneName(Move.Bone);
				if (MeshIndex == INDEX_NONE)
				{
					continue;
				}
				const FCompactPoseBoneIndex Index = Bones.MakeCompactPoseIndex(FMeshPoseBoneIndex(MeshIndex));
				if (!Index.IsValid())
				{
					continue; // this level of detail does without the bone
				}
				FTransform& Local = Output.Pose[Index];
				Local.SetTranslation(Local.GetTranslation() + Move.Translation);
				Local.SetRotation(Move.Rotation * Local.GetRotation());
				Local.SetScale3D(Local.GetScale3D() * Move.Scale);
			}
			return true;
		}

	private:
		TArray<FFaceBridgeBoneMove> Moves;
	};
}

void UFaceBridgeAnimInstance::SetMoves(const TArray<FFaceBridgeBoneMove>& InMoves)
{
	Moves = InMoves;
}

FAnimInstanceProxy* UFaceBridgeAnimInstance::CreateAnimInstanceProxy()
{
	return new FFaceBridgeProxy(this);
}

void UFaceBridgeAnimInstance::DestroyAnimInstanceProxy(FAnimInstanceProxy* InProxy)
{
	delete InProxy;
}
