// Events of the pointer, and of what is dragged over a widget.

#pragma once

#include "CoreMinimal.h"

struct FPointerEvent // S6
{
	bool IsShiftDown() const; // S6
	bool IsControlDown() const; // S6
};
class FDragDropOperation; // S7
class FDragDropEvent : public FPointerEvent // S7
{
public:
	template <typename T> requires std::is_base_of_v<FDragDropOperation, T> TSharedPtr<T> GetOperationAs() const; // S7
};
