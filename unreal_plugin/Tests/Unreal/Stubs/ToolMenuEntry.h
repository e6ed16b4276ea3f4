// FToolMenuEntry: a line of a menu or a button of a tool bar.

#pragma once

#include "Framework/Commands/UICommandList.h"
#include "Misc/Attribute.h"

struct FToolMenuEntry // S54
{
	static FToolMenuEntry InitToolBarButton(const TSharedPtr<const FUICommandInfo>& Command, const TAttribute<FText>& Label = TAttribute<FText>(), const TAttribute<FText>& Tip = TAttribute<FText>(), const TAttribute<FSlateIcon>& Icon = TAttribute<FSlateIcon>()); // S54
	void SetCommandList(const TSharedPtr<const FUICommandList>& List); // S54
};
