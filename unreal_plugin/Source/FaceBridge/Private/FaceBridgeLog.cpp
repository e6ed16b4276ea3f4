// The core's log, line by line, in the engine's.

#include "FaceBridgeLog.h"

#include "FaceBridgeText.h"

DEFINE_LOG_CATEGORY(LogFaceBridge);

void FFaceBridgeLog::write(facebridge::LogLevel Level, const std::string& Line)
{
	const FString Text = FaceBridge::ToUnreal(Line);
	switch (Level)
	{
		case facebridge::LogLevel::Error:
			UE_LOG(LogFaceBridge, Error, TEXT("%s"), *Text);
			break;
		case facebridge::LogLevel::Warning:
			UE_LOG(LogFaceBridge, Warning, TEXT("%s"), *Text);
			break;
		case facebridge::LogLevel::Note:
			UE_LOG(LogFaceBridge, Display, TEXT("%s"), *Text);
			break;
	}
}
