// USceneComponent: a component that is somewhere.

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"

class USceneComponent : public UActorComponent { STUB_CLASS_BODY(USceneComponent, UActorComponent) }; // R11
