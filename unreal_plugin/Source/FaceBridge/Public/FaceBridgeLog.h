// The plugin's log category, and the core's log written into it.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Engine.h"
THIRD_PARTY_INCLUDES_END

FACEBRIDGE_API DECLARE_LOG_CATEGORY_EXTERN(LogFaceBridge, Log, All);

/** What the core has to say goes to the engine's log; UE_LOG may be used on any thread. */
class FACEBRIDGE_API FFaceBridgeLog final : public facebridge::Log
{
public:
	virtual void write(facebridge::LogLevel Level, const std::string& Line) override;
};
