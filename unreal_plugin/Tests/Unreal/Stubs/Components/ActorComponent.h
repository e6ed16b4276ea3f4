// UActorComponent: behaviour that can be added to an actor.

#pragma once

#include "Engine/EngineTypes.h"
#include "UObject/Object.h"

class AActor; // C131
class UActorComponent : public UObject // C132
{
	STUB_CLASS_BODY(UActorComponent, UObject) // C132
	FActorComponentTickFunction PrimaryComponentTick; // C132
	uint8 bTickInEditor : 1; // C132
	uint8 bAutoActivate : 1; // C132
	uint8 bWantsInitializeComponent : 1; // C132
	AActor* GetOwner() const; // C132
	template <typename T> T* GetOwner() const; // C132
	bool IsRegistered() const; // C132
	void RegisterComponent(); // C132
	void UnregisterComponent(); // C132
	virtual void DestroyComponent(bool bPromoteChildren = false); // C132
	virtual void OnRegister(); // C132
	virtual void OnUnregister(); // C132
	virtual void BeginPlay(); // C132
	virtual void EndPlay(const EEndPlayReason::Type Reason); // C132
	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* Function); // C132
	virtual void SetComponentTickEnabled(bool bEnabled); // C132
	void MarkRenderStateDirty(); // C132
	void MarkRenderTransformDirty(); // C132
	void MarkRenderDynamicDataDirty(); // C132
	bool HasBegunPlay() const; // C132
};
