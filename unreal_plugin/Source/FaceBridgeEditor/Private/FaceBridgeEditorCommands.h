// The commands of the editor module: opening the panel.

#pragma once

#include "CoreMinimal.h"
#include "Framework/Commands/Commands.h"

class FFaceBridgeEditorCommands : public TCommands<FFaceBridgeEditorCommands>
{
public:
	FFaceBridgeEditorCommands();

	virtual void RegisterCommands() override;

	TSharedPtr<FUICommandInfo> OpenPanel;
};
