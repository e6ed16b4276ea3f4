// FUICommandList: what commands do.

#pragma once

#include "Framework/Commands/Commands.h"

using FExecuteAction = TDelegate<void()>; // S52
using FCanExecuteAction = TDelegate<bool()>; // S52
class FUICommandList : public TSharedFromThis<FUICommandList> // S52
{
public:
	void MapAction(const TSharedPtr<const FUICommandInfo> Command, FExecuteAction Execute); // S52
	void MapAction(const TSharedPtr<const FUICommandInfo> Command, FExecuteAction Execute, FCanExecuteAction CanExecute); // S52
};
