// Presets as assets of the project: the JSON of a parameter file in a UFaceBridgePreset.

#pragma once

#include "CoreMinimal.h"

class FFaceBridgePanelHost;
class UFaceBridgePreset;

namespace FaceBridgePresetAssets
{
	/** Put the panel's character into a new asset in /Game/FaceBridge, and save it; null, with a sentence, when it cannot be. */
	UFaceBridgePreset* SaveNew(FFaceBridgePanelHost& Host, FString& OutProblem);

	/** Put the panel's character into an asset, as a step of the editor's undo. */
	bool SaveTo(FFaceBridgePanelHost& Host, UFaceBridgePreset& Preset, FString& OutProblem);

	/** Take the character of an asset over, as a step. */
	bool Open(FFaceBridgePanelHost& Host, const UFaceBridgePreset& Preset, FString& OutProblem);

	/** A name that an asset may have. */
	FString AssetName(const FString& Name);
}
