// What a skeletal mesh and its materials offer to be driven, in the core's terms.

#include "Animation/MorphTarget.h"
#include "Engine/SkeletalMesh.h"
#include "Engine/SkinnedAssetCommon.h"
#include "FaceBridgeRigMap.h"
#include "FaceBridgeSkeleton.h"
#include "FaceBridgeText.h"
#include "Materials/MaterialInterface.h"
#include "ReferenceSkeleton.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Rig.h"
THIRD_PARTY_INCLUDES_END

namespace
{
	void AddNames(const TArray<FMaterialParameterInfo>& Infos, std::vector<std::string>& Names)
	{
		for (const FMaterialParameterInfo& Info : Infos)
		{
			Names.push_back(FaceBridge::ToCore(Info.Name));
		}
	}
}

namespace FaceBridge
{
	std::vector<facebridge::RigBone> ToCoreBones(const FReferenceSkeleton& Skeleton)
	{
		std::vector<facebridge::RigBone> Bones;
		const TArray<FTransform>& Rests = Skeleton.GetRefBonePose();
		for (int32 Index = 0; Index < Skeleton.GetNum(); ++Index)
		{
			const FVector Translation = Rests[Index].GetTranslation();
			const FQuat Rotation = Rests[Index].GetRotation();
			const FVector Scale = Rests[Index].GetScale3D();
			facebridge::RigBone Bone;
			Bone.name = ToCore(Skeleton.GetBoneName(Index));
			Bone.parent = Skeleton.GetParentIndex(Index);
			Bone.translation = {Translation.X, Translation.Y, Translation.Z};
			Bone.rotation = {Rotation.X, Rotation.Y, Rotation.Z, Rotation.W};
			Bone.scale = {Scale.X, Scale.Y, Scale.Z};
			Bones.push_back(Bone);
		}
		return Bones;
	}
}

facebridge::RigInventory UFaceBridgeRigMap::TakeInventory(const USkeletalMesh* ForMesh, const TArray<FString>& Controls)
{
	facebridge::RigInventory Inventory;
	for (const FString& Control : Controls)
	{
		Inventory.controls.push_back(FaceBridge::ToCore(Control));
	}
	if (ForMesh == nullptr)
	{
		return Inventory;
	}
	for (const TObjectPtr<UMorphTarget>& Morph : ForMesh->GetMorphTargets())
	{
		if (Morph != nullptr)
		{
			Inventory.morphs.push_back(FaceBridge::ToCore(Morph->GetFName()));
		}
	}
	Inventory.bones = FaceBridge::ToCoreBones(ForMesh->GetRefSkeleton());
	for (const FSkeletalMaterial& Slot : ForMesh->GetMaterials())
	{
		if (Slot.MaterialInterface != nullptr)
		{
			TArray<FMaterialParameterInfo> Infos;
			TArray<FGuid> Ids;
			Slot.MaterialInterface->GetAllScalarParameterInfo(Infos, Ids);
			AddNames(Infos, Inventory.scalars);
			Slot.MaterialInterface->GetAllVectorParameterInfo(Infos, Ids);
			AddNames(Infos, Inventory.vectors);
		}
	}
	return Inventory;
}
