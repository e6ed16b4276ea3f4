// UEditorEngine and GEditor, which is null in a game and before the editor runs.

#pragma once

#include "EditorUndoClient.h"
#include "Engine/Engine.h"

class USelection; // S58
class UEditorEngine : public UEngine // S59
{
	STUB_CLASS_BODY(UEditorEngine, UEngine) // S59
	USelection* GetSelectedActors() const; // S58
	int32 BeginTransaction(const FText& Description); // S59
	int32 EndTransaction(); // S59
	bool UndoTransaction(bool bCanRedo = true); // S60
	bool RedoTransaction(); // S60
	void RegisterForUndo(FEditorUndoClient* Client); // S57
	void UnregisterForUndo(FEditorUndoClient* Client); // S57
};
extern UEditorEngine* GEditor; // S59
