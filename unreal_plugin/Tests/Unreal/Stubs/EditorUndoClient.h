// FEditorUndoClient: who is told after an undo or redo.

#pragma once

#include "CoreMinimal.h"

class FEditorUndoClient // S57
{
public:
	virtual ~FEditorUndoClient(); // S57
	virtual void PostUndo(bool bSuccess); // S57
	virtual void PostRedo(bool bSuccess); // S57
};
