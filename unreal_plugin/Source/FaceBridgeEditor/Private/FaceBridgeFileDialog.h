// The system's file dialogs, for the core.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Engine.h"
THIRD_PARTY_INCLUDES_END

class FFaceBridgeFileDialog final : public facebridge::FileDialog
{
public:
	virtual std::vector<std::string> ask(const facebridge::FileQuestion& Question) override;

private:
	/** Where the last dialog was, so that the next one begins there. */
	FString Folder;
};
