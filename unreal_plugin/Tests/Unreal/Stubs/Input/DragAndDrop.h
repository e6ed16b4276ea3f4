// What is dragged: files from outside of the editor.

#pragma once

#include "Input/Events.h"

class FDragDropOperation : public TSharedFromThis<FDragDropOperation> // S7
{
public:
	virtual ~FDragDropOperation(); // S7
};
class FExternalDragOperation : public FDragDropOperation // S8
{
public:
	bool HasFiles() const; // S8
	const TArray<FString>& GetFiles() const; // S8
};
