// UWorld: what actors live in, and how one is put there.

#pragma once

#include "GameFramework/Actor.h"

class FSceneInterface; // C134
namespace EWorldType
{
	enum Type { None, Game, Editor, PIE, EditorPreview, GamePreview, GameRPC, Inactive }; // C134
}
struct FActorSpawnParameters // C135
{
	FActorSpawnParameters(); // C135
	FName Name; // C135
	AActor* Template; // C135
	AActor* Owner; // C135
	ESpawnActorCollisionHandlingMethod SpawnCollisionHandlingOverride; // C135
	EObjectFlags ObjectFlags; // C135
};
class UWorld : public UObject // C134
{
	STUB_CLASS_BODY(UWorld, UObject) // C134
	EWorldType::Type WorldType; // C134
	FSceneInterface* Scene; // C134
	template <typename T> T* SpawnActor(const FActorSpawnParameters& Parameters = FActorSpawnParameters()); // C135
	template <typename T> T* SpawnActor(UClass* Class, const FActorSpawnParameters& Parameters = FActorSpawnParameters()); // C135
	template <typename T> T* SpawnActor(UClass* Class, const FVector& Location, const FRotator& Rotation, const FActorSpawnParameters& Parameters = FActorSpawnParameters()); // C135
	template <typename T> T* SpawnActor(UClass* Class, const FTransform& Transform, const FActorSpawnParameters& Parameters = FActorSpawnParameters()); // C135
	AActor* SpawnActor(UClass* Class, const FTransform* Transform = nullptr, const FActorSpawnParameters& Parameters = FActorSpawnParameters()); // C135
	bool IsGameWorld() const; // C134
	bool HasBegunPlay() const; // C134
	float GetDeltaSeconds() const; // C134
	double GetTimeSeconds() const; // C134
	void SendAllEndOfFrameUpdates(); // C136
	template <typename T> static T* GetSubsystem(const UWorld* World); // C134
};
struct FWorldDelegates // C136
{
	DECLARE_MULTICAST_DELEGATE_ThreeParams(FOnWorldTickEnd, UWorld*, ELevelTick, float); // C136
	static FOnWorldTickEnd OnWorldTickEnd; // C136
};
