// UGameInstanceSubsystem: one per running game.

#pragma once

#include "Subsystems/Subsystem.h"

class UGameInstanceSubsystem : public USubsystem { STUB_CLASS_BODY(UGameInstanceSubsystem, USubsystem) }; // C125
