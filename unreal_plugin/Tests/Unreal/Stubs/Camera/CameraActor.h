// ACameraActor: a camera that stands in a level.

#pragma once

#include "GameFramework/Actor.h"

class UCameraComponent; // R33
class ACameraActor : public AActor // R33
{
	STUB_CLASS_BODY(ACameraActor, AActor) // R33
	UCameraComponent* GetCameraComponent() const; // R33
};
