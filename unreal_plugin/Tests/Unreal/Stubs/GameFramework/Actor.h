// AActor: a thing in a world, made of components.

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "Templates/SubclassOf.h"

class USceneComponent; // C133
class AActor : public UObject // C133
{
	STUB_CLASS_BODY(AActor, UObject) // C133
	FActorTickFunction PrimaryActorTick; // C133
	USceneComponent* GetRootComponent() const; // C133
	bool SetRootComponent(USceneComponent* Component); // C133
	FVector GetActorLocation() const; // C133
	FRotator GetActorRotation() const; // C133
	FTransform GetActorTransform() const; // C133
	bool SetActorLocation(const FVector& Location, bool bSweep = false, struct FHitResult* OutHit = nullptr, ETeleportType Teleport = ETeleportType::None); // C133
	bool SetActorRotation(FRotator Rotation, ETeleportType Teleport = ETeleportType::None); // C133
	bool SetActorTransform(const FTransform& Transform, bool bSweep = false, struct FHitResult* OutHit = nullptr, ETeleportType Teleport = ETeleportType::None); // C133
	void SetActorHiddenInGame(bool bHidden); // C133
	bool Destroy(bool bNetForce = false, bool bShouldModifyLevel = true); // C133
	template <typename T> T* FindComponentByClass() const; // C133
	UActorComponent* FindComponentByClass(const TSubclassOf<UActorComponent> Class) const; // C133
	template <typename T> void GetComponents(TArray<T*>& OutComponents, bool bIncludeFromChildActors = false) const; // C133
	UActorComponent* AddComponentByClass(TSubclassOf<UActorComponent> Class, bool bManualAttachment, const FTransform& RelativeTransform, bool bDeferredFinish); // C133
	void AddInstanceComponent(UActorComponent* Component); // C133
	virtual void BeginPlay(); // C133
	virtual void EndPlay(const EEndPlayReason::Type Reason); // C133
	virtual void Tick(float DeltaSeconds); // C133
	void SetActorTickEnabled(bool bEnabled); // C133
	void SetFolderPath(const FName& Path); // C133
	TArray<FName> Tags; // C133
#if WITH_EDITOR
	const FString& GetActorLabel(bool bCreateIfNone = true) const; // C133
	void SetActorLabel(const FString& Label, bool bMarkDirty = true); // C133
	bool IsSelected() const; // C133
#endif
};
