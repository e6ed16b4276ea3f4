// UWorldSubsystem: one per world.

#pragma once

#include "Subsystems/Subsystem.h"

class UWorldSubsystem : public USubsystem // C125
{
	STUB_CLASS_BODY(UWorldSubsystem, USubsystem) // C125
	virtual void OnWorldBeginPlay(UWorld& World); // C125
};
