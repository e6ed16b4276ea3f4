// FScopedTransaction: one step of the editor's undo, for as long as it lives.

#pragma once

#include "CoreMinimal.h"

class FScopedTransaction // S61
{
public:
	FScopedTransaction(const FText& Description, const bool bShouldActuallyTransact = true); // S61
	~FScopedTransaction(); // S61
	FScopedTransaction(const FScopedTransaction&) = delete; // S61
	void Cancel(); // S61
};
