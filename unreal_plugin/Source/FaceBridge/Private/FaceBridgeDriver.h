// Puts a pose of the core onto an actor's meshes, materials and control rig.

#pragma once

#include "CoreMinimal.h"

class UActorComponent;
class UControlRigComponent;
class USkeletalMesh;
class USkeletalMeshComponent;

namespace facebridge
{
	struct RigPose;
}

namespace FaceBridge
{
	/** What of a mesh does not change from pose to pose. */
	struct FKnownMesh;
	using FKnownMeshes = TArray<TSharedPtr<FKnownMesh>>;

	/** What a pose could not be put on, for people. */
	struct FDriven
	{
		int32 Morphs = 0;
		int32 Bones = 0;
		int32 Materials = 0;
		int32 Controls = 0;
		TArray<FString> Problems;
	};

	/**
	 * Sets every driven target of the meshes, zeros included, so that an earlier character leaves nothing behind. A mesh
	 * that lacks a name passes it over. Rig may be null. Known is kept by the caller, and filled here.
	 */
	FDriven Drive(const facebridge::RigPose& Pose, const TArray<USkeletalMeshComponent*>& Meshes, UControlRigComponent* Rig, FKnownMeshes& Known);
}
