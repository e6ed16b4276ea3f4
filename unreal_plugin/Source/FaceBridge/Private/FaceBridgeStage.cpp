// Builds the grid in the running level, and draws its characters one after the other into the same target.

#include "FaceBridgeStage.h"

#include "Camera/CameraActor.h"
#include "Camera/CameraComponent.h"
#include "Components/SceneCaptureComponent2D.h"
#include "Components/SkeletalMeshComponent.h"
#include "Engine/SceneCapture2D.h"
#include "Engine/TextureRenderTarget2D.h"
#include "Engine/World.h"
#include "EngineUtils.h"
#include "FaceBridgeCaptureLook.h"
#include "FaceBridgeCharacterComponent.h"
#include "FaceBridgeLog.h"
#include "FaceBridgeRigMap.h"
#include "FaceBridgeSettings.h"
#include "GameFramework/Actor.h"
#include "Kismet/KismetRenderingLibrary.h"
#include "Kismet/KismetSystemLibrary.h"
#include "TextureResource.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/CaptureChecks.h"
THIRD_PARTY_INCLUDES_END

namespace
{
	/** A camera with this tag says how characters are looked at. */
	const TCHAR* CameraTag = TEXT("FaceBridge");

	/** Of the camera that stands in for it, in degrees: little perspective, as portraits have. */
	constexpr float PortraitFieldOfView = 20.0f;

	FBox BoundsOf(const AActor& Actor)
	{
		FBox Bounds(ForceInit);
		TArray<USkeletalMeshComponent*> Meshes;
		Actor.GetComponents(Meshes);
		for (const USkeletalMeshComponent* Mesh : Meshes)
		{
			FVector Centre;
			FVector Extent;
			float Radius = 0.0f;
			UKismetSystemLibrary::GetComponentBounds(Mesh, Centre, Extent, Radius);
			Bounds += FBox(Centre - Extent, Centre + Extent);
		}
		return Bounds;
	}
}

UFaceBridgeCharacterComponent* UFaceBridgeStage::FindCharacter(UWorld& World)
{
	for (TActorIterator<AActor> Actor(&World); Actor; ++Actor)
	{
		if (UFaceBridgeCharacterComponent* Found = Actor->FindComponentByClass<UFaceBridgeCharacterComponent>())
		{
			return Found;
		}
	}
	return nullptr;
}

bool UFaceBridgeStage::Build(UWorld& World, const UFaceBridgeSettings& Settings, FString& OutProblem)
{
	UFaceBridgeCharacterComponent* First = FindCharacter(World);
	if (First == nullptr || First->RigMap == nullptr)
	{
		OutProblem = TEXT("No actor of the level has a FaceBridge Character component with a rig map; add one to the character that is to be captured.");
		return false;
	}
	Characters = {First};
	if (GetSchema(OutProblem) == nullptr)
	{
		return false;
	}
	PlaceCamera(World, Settings);
	PlaceCharacters(World, Settings);
	if (!IsWhole() || Num() != Settings.GridColumns * Settings.GridRows)
	{
		OutProblem = FString::Printf(TEXT("Only %d of %d characters could be put into the level; try -FaceBridgeGrid=1x1."), Num(), Settings.GridColumns * Settings.GridRows);
		return false;
	}
	SetUpCamera(Settings);
	Resize(Settings.ImagePx);
	return true;
}

void UFaceBridgeStage::PlaceCamera(UWorld& World, const UFaceBridgeSettings& Settings)
{
	const AActor& Actor = *Characters[0]->GetOwner();
	for (TActorIterator<ACameraActor> Found(&World); Found; ++Found)
	{
		if (Found->Tags.Contains(FName(CameraTag)))
		{
			View = Found->GetActorTransform().GetRelativeTransform(Actor.GetActorTransform());
			FieldOfView = Found->GetCameraComponent()->FieldOfView;
			return;
		}
	}
	const FBox Bounds = BoundsOf(Actor);
	const FVector Front = Actor.GetActorRotation().RotateVector(FRotator(0.0, Settings.FrontYaw, 0.0).Vector());
	const double Distance = Bounds.GetExtent().Size() / FMath::Sin(FMath::DegreesToRadians(PortraitFieldOfView * 0.5));
	const FTransform Stand((-Front).Rotation(), Bounds.GetCenter() + Front * Distance);
	View = Stand.GetRelativeTransform(Actor.GetActorTransform());
	FieldOfView = PortraitFieldOfView;
	UE_LOG(LogFaceBridge, Display, TEXT("No camera has the tag '%s': the whole of the character is looked at from its front."), CameraTag);
}

void UFaceBridgeStage::PlaceCharacters(UWorld& World, const UFaceBridgeSettings& Settings)
{
	AActor* First = Characters[0]->GetOwner();
	const FTransform Home = First->GetActorTransform();
	// Beside and above each other as the camera sees them: nobody stands behind anybody.
	const FQuat Look = (View * Home).GetRotation();
	const FVector Right = Look.RotateVector(FVector::RightVector) * Settings.CellDistance;
	const FVector Up = Look.RotateVector(FVector::UpVector) * Settings.CellDistance;
	for (int32 Cell = 1; Cell < Settings.GridColumns * Settings.GridRows; ++Cell)
	{
		FActorSpawnParameters Parameters;
		Parameters.Template = First;
		Parameters.SpawnCollisionHandlingOverride = ESpawnActorCollisionHandlingMethod::AlwaysSpawn;
		Parameters.ObjectFlags = RF_Transient;
		AActor* Actor = World.SpawnActor<AActor>(First->GetClass(), Home, Parameters);
		UFaceBridgeCharacterComponent* Character = Actor != nullptr ? Actor->FindComponentByClass<UFaceBridgeCharacterComponent>() : nullptr;
		if (Character == nullptr)
		{
			return;
		}
		FTransform Place = Home;
		Place.AddToTranslation(Right * static_cast<double>(Cell % Settings.GridColumns) + Up * static_cast<double>(Cell / Settings.GridColumns));
		Actor->SetActorTransform(Place, false, nullptr, ETeleportType::ResetPhysics);
		Characters.Add(Character);
	}
	for (const TObjectPtr<UFaceBridgeCharacterComponent>& Character : Characters)
	{
		TArray<USkeletalMeshComponent*> Meshes;
		Character->GetOwner()->GetComponents(Meshes);
		for (USkeletalMeshComponent* Mesh : Meshes)
		{
			FaceBridge::UpdateAlways(*Mesh);
		}
	}
	Camera = World.SpawnActor<ASceneCapture2D>();
}

void UFaceBridgeStage::SetUpCamera(const UFaceBridgeSettings& Settings)
{
	Target = NewObject<UTextureRenderTarget2D>(this);
	Target->ClearColor = FaceBridge::SentinelColour();
	FaceBridge::SetUpCapture(*Camera->GetCaptureComponent2D(), *Target, FieldOfView, Settings);
}

bool UFaceBridgeStage::IsWhole() const
{
	for (const TObjectPtr<UFaceBridgeCharacterComponent>& Character : Characters)
	{
		if (!IsValid(Character) || !IsValid(Character->GetOwner()))
		{
			return false;
		}
	}
	return !Characters.IsEmpty() && IsValid(Camera);
}

const facebridge::Schema* UFaceBridgeStage::GetSchema(FString& OutProblem) const
{
	return Characters[0]->RigMap->GetSchema(OutProblem);
}

bool UFaceBridgeStage::Pose(int32 Cell, const facebridge::Character& Character, FString& OutProblem)
{
	const facebridge::Schema* Schema = GetSchema(OutProblem);
	return Schema != nullptr && Characters[Cell]->ApplyCharacter(*Schema, Character, OutProblem);
}

void UFaceBridgeStage::Resize(int32 ImagePx)
{
	if (Target->SizeX != ImagePx || Target->SizeY != ImagePx)
	{
		// Encoded as sRGB, which the self-test's card holds it to.
		Target->InitCustomFormat(static_cast<uint32>(ImagePx), static_cast<uint32>(ImagePx), PF_B8G8R8A8, false);
		Target->UpdateResourceImmediate(true);
	}
}

void UFaceBridgeStage::Draw(int32 Cell)
{
	AActor* Actor = Characters[Cell]->GetOwner();
	USceneCaptureComponent2D* Capture = Camera->GetCaptureComponent2D();
	Camera->SetActorTransform(View * Actor->GetActorTransform());
	Capture->ClearShowOnlyComponents();
	Capture->ShowOnlyActorComponents(Actor, true);
	Fill(FaceBridge::SentinelColour());
	Capture->CaptureScene();
}

void UFaceBridgeStage::Fill(const FLinearColor& Colour)
{
	UKismetRenderingLibrary::ClearRenderTarget2D(Camera, Target, Colour);
}

FTextureRenderTargetResource* UFaceBridgeStage::GetResource() const
{
	return Target->GameThread_GetRenderTargetResource();
}
