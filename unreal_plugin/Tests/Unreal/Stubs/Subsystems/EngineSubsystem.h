// UEngineSubsystem: one per process.

#pragma once

#include "Subsystems/Subsystem.h"

class UEngineSubsystem : public UDynamicSubsystem { STUB_CLASS_BODY(UEngineSubsystem, UDynamicSubsystem) }; // C125
