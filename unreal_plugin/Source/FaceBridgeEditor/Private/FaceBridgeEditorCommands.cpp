// What the menus say of the commands.

#include "FaceBridgeEditorCommands.h"

#include "FaceBridgeEditorStyle.h"

#define LOCTEXT_NAMESPACE "FaceBridgeEditorCommands"

FFaceBridgeEditorCommands::FFaceBridgeEditorCommands()
	: TCommands<FFaceBridgeEditorCommands>(
		FName(TEXT("FaceBridge")), LOCTEXT("Context", "FaceBridge"), NAME_None, FFaceBridgeEditorStyle::GetName())
{
}

void FFaceBridgeEditorCommands::RegisterCommands()
{
	UI_COMMAND(OpenPanel, "FaceBridge", "Import a character's face from a photo", EUserInterfaceActionType::Button, FInputChord());
}

#undef LOCTEXT_NAMESPACE
