// FToolMenuSection: entries that stand together.

#pragma once

#include "ToolMenuEntry.h"

struct FToolMenuSection // S54
{
	FToolMenuEntry& AddEntry(const FToolMenuEntry& Entry); // S54
	FToolMenuEntry& AddMenuEntryWithCommandList(const TSharedPtr<const FUICommandInfo>& Command, const TSharedPtr<const FUICommandList>& List, const TAttribute<FText>& Label = TAttribute<FText>(), const TAttribute<FText>& Tip = TAttribute<FText>(), const TAttribute<FSlateIcon>& Icon = TAttribute<FSlateIcon>()); // S54
};
