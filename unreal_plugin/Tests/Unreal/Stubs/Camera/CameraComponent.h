// UCameraComponent: a view's angle.

#pragma once

#include "Components/SceneComponent.h"

class UCameraComponent : public USceneComponent // R33
{
	STUB_CLASS_BODY(UCameraComponent, USceneComponent) // R33
	float FieldOfView; // R33
};
