// One pose onto meshes: morph weights, bone moves, material parameters, controls.

#include "FaceBridgeDriver.h"

#include "Animation/MorphTarget.h"
#include "Components/SkeletalMeshComponent.h"
#include "ControlRigComponent.h"
#include "Engine/SkeletalMesh.h"
#include "Engine/World.h"
#include "FaceBridgeAnimInstance.h"
#include "FaceBridgeSkeleton.h"
#include "FaceBridgeText.h"
#include "Materials/MaterialInstanceDynamic.h"
#include "ReferenceSkeleton.h"
#include "UObject/WeakObjectPtr.h"

/** Names and skeleton in the core's terms: a thousand bones take longer to translate than a slider may. */
struct FaceBridge::FKnownMesh
{
	explicit FKnownMesh(const USkeletalMesh& InMesh)
		: Mesh(&InMesh)
		, Skeleton(FaceBridge::ToCoreBones(InMesh.GetRefSkeleton()))
	{
		for (const TObjectPtr<UMorphTarget>& Morph : InMesh.GetMorphTargets())
		{
			if (Morph != nullptr)
			{
				Morphs.Add(Morph->GetFName());
			}
		}
	}

	TWeakObjectPtr<const USkeletalMesh> Mesh;
	TSet<FName> Morphs;
	facebridge::RigSkeleton Skeleton;
};

namespace
{
	const FaceBridge::FKnownMesh& Know(const USkeletalMesh& Mesh, FaceBridge::FKnownMeshes& Known)
	{
		for (const TSharedPtr<FaceBridge::FKnownMesh>& Each : Known)
		{
			if (Each->Mesh.Get() == &Mesh)
			{
				return *Each;
			}
		}
		Known.RemoveAll([](const TSharedPtr<FaceBridge::FKnownMesh>& Each) { return !Each->Mesh.IsValid(); });
		Known.Add(MakeShared<FaceBridge::FKnownMesh>(Mesh));
		return *Known.Last();
	}

	int32 DriveMorphs(const facebridge::RigPose& Pose, USkeletalMeshComponent& Component, const FaceBridge::FKnownMesh& Known)
	{
		int32 Count = 0;
		for (const facebridge::RigValue& Value : Pose.morphs)
		{
			const FName Name = FaceBridge::ToName(Value.name);
			if (Known.Morphs.Contains(Name))
			{
				Component.SetMorphTarget(Name, static_cast<float>(Value.value), false);
				++Count;
			}
		}
		return Count;
	}

	int32 DriveBones(const facebridge::RigPose& Pose, USkeletalMeshComponent& Component, const USkeletalMesh& Mesh, const FaceBridge::FKnownMesh& Known, FaceBridge::FDriven& Driven)
	{
		TArray<FFaceBridgeBoneMove> Moves;
		const FReferenceSkeleton& Skeleton = Mesh.GetRefSkeleton();
		for (const facebridge::LocalMove& Move : Known.Skeleton.local_moves(Pose))
		{
			const FName Bone = FaceBridge::ToName(Move.bone);
			if (Skeleton.FindBoneIndex(Bone) != INDEX_NONE)
			{
				FFaceBridgeBoneMove& Added = Moves.AddDefaulted_GetRef();
				Added.Bone = Bone;
				Added.Translation = FVector(Move.translation[0], Move.translation[1], Move.translation[2]);
				Added.Rotation = FQuat(Move.rotation[0], Move.rotation[1], Move.rotation[2], Move.rotation[3]);
				Added.Scale = FVector(Move.scale[0], Move.scale[1], Move.scale[2]);
			}
		}
		if (Moves.IsEmpty())
		{
			return 0;
		}
		if (Component.GetAnimInstance() == nullptr)
		{
			Component.SetAnimInstanceClass(UFaceBridgeAnimInstance::StaticClass());
		}
		UFaceBridgeAnimInstance* Instance = Cast<UFaceBridgeAnimInstance>(Component.GetAnimInstance());
		if (Instance == nullptr)
		{
			Driven.Problems.Add(FString::Printf(TEXT("The bones of '%s' are not moved: its animation blueprint must have FaceBridge Anim Instance as its parent class."), *Component.GetName()));
			return 0;
		}
		Instance->SetMoves(Moves);
		return Moves.Num();
	}

	UMaterialInstanceDynamic* Own(USkeletalMeshComponent& Component, int32 Slot)
	{
		UMaterialInstanceDynamic* Instance = Cast<UMaterialInstanceDynamic>(Component.GetMaterial(Slot));
		return Instance != nullptr ? Instance : Component.CreateDynamicMaterialInstance(Slot);
	}

	int32 DriveMaterials(const facebridge::RigPose& Pose, USkeletalMeshComponent& Component)
	{
		int32 Count = 0;
		for (int32 Slot = 0; Slot < Component.GetNumMaterials(); ++Slot)
		{
			const UMaterialInterface* Material = Component.GetMaterial(Slot);
			if (Material == nullptr)
			{
				continue;
			}
			for (const facebridge::RigValue& Value : Pose.scalars)
			{
				const FName Name = FaceBridge::ToName(Value.name);
				float Held = 0.0f;
				if (Material->GetScalarParameterValue(Name, Held))
				{
					Own(Component, Slot)->SetScalarParameterValue(Name, static_cast<float>(Value.value));
					++Count;
				}
			}
			for (const facebridge::RigVector& Vector : Pose.vectors)
			{
				const FName Name = FaceBridge::ToName(Vector.name);
				FLinearColor Colour(0.0f, 0.0f, 0.0f, 0.0f);
				if (Material->GetVectorParameterValue(Name, Colour))
				{
					Colour.R = Vector.driven[0] ? static_cast<float>(Vector.value[0]) : Colour.R;
					Colour.G = Vector.driven[1] ? static_cast<float>(Vector.value[1]) : Colour.G;
					Colour.B = Vector.driven[2] ? static_cast<float>(Vector.value[2]) : Colour.B;
					Colour.A = Vector.driven[3] ? static_cast<float>(Vector.value[3]) : Colour.A;
					Own(Component, Slot)->SetVectorParameterValue(Name, Colour);
					++Count;
				}
			}
		}
		return Count;
	}

	/** A game's meshes update by themselves each frame; an editor's only when told. */
	void Show(USkeletalMeshComponent& Component)
	{
		const UWorld* World = Component.GetWorld();
		if (World != nullptr && !World->IsGameWorld())
		{
			Component.TickAnimation(0.0f, false);
			Component.RefreshBoneTransforms();
		}
		Component.MarkRenderDynamicDataDirty();
	}
}

namespace FaceBridge
{
	FDriven Drive(const facebridge::RigPose& Pose, const TArray<USkeletalMeshComponent*>& Meshes, UControlRigComponent* Rig, FKnownMeshes& Known)
	{
		FDriven Driven;
		for (USkeletalMeshComponent* Component : Meshes)
		{
			const USkeletalMesh* Mesh = Component->GetSkeletalMeshAsset();
			if (Mesh == nullptr)
			{
				Driven.Problems.Add(FString::Printf(TEXT("The component '%s' has no skeletal mesh."), *Component->GetName()));
				continue;
			}
			const FKnownMesh& KnownMesh = Know(*Mesh, Known);
			Driven.Morphs += DriveMorphs(Pose, *Component, KnownMesh);
			if (!Pose.bones.empty())
			{
				Driven.Bones += DriveBones(Pose, *Component, *Mesh, KnownMesh, Driven);
			}
			Driven.Materials += DriveMaterials(Pose, *Component);
			Show(*Component);
		}
		for (const facebridge::RigValue& Value : Pose.controls)
		{
			if (Rig != nullptr)
			{
				Rig->SetControlFloat(ToName(Value.name), static_cast<float>(Value.value));
				++Driven.Controls;
			}
		}
		if (!Pose.controls.empty() && Rig == nullptr)
		{
			Driven.Problems.Add(FString::Printf(TEXT("%d controls are driven and the actor has no Control Rig component; add one that holds the character's rig."), static_cast<int32>(Pose.controls.size())));
		}
		return Driven;
	}
}
