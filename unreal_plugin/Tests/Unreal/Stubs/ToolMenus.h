// UToolMenus: the editor's menus and tool bars, extended by name.

#pragma once

#include "Framework/Commands/UICommandList.h"
#include "Misc/Attribute.h"
#include "UObject/Object.h"

struct FToolMenuOwner // S53
{
	FToolMenuOwner(); // S53
	FToolMenuOwner(void* Owner); // S53
};
class FToolMenuOwnerScoped // S53
{
public:
	FToolMenuOwnerScoped(FToolMenuOwner Owner); // S53
	~FToolMenuOwnerScoped(); // S53
};
struct FToolMenuEntry // S54
{
	static FToolMenuEntry InitToolBarButton(const TSharedPtr<const FUICommandInfo>& Command, const TAttribute<FText>& Label = TAttribute<FText>(), const TAttribute<FText>& Tip = TAttribute<FText>(), const TAttribute<FSlateIcon>& Icon = TAttribute<FSlateIcon>()); // S54
	void SetCommandList(const TSharedPtr<const FUICommandList>& List); // S54
};
struct FToolMenuSection // S54
{
	FToolMenuEntry& AddEntry(const FToolMenuEntry& Entry); // S54
	FToolMenuEntry& AddMenuEntryWithCommandList(const TSharedPtr<const FUICommandInfo>& Command, const TSharedPtr<const FUICommandList>& List, const TAttribute<FText>& Label = TAttribute<FText>(), const TAttribute<FText>& Tip = TAttribute<FText>(), const TAttribute<FSlateIcon>& Icon = TAttribute<FSlateIcon>()); // S54
};
class UToolMenu : public UObject // S54
{
	STUB_CLASS_BODY(UToolMenu, UObject) // S54
	FToolMenuSection& FindOrAddSection(const FName Section); // S54
};
class UToolMenus : public UObject // S53
{
	STUB_CLASS_BODY(UToolMenus, UObject) // S53
	static UToolMenus* Get(); // S53
	static FDelegateHandle RegisterStartupCallback(const FSimpleMulticastDelegate::FDelegate& Delegate); // S53
	static void UnRegisterStartupCallback(const void* Owner); // S53
	static void UnregisterOwner(FToolMenuOwner Owner); // S53
	UToolMenu* ExtendMenu(const FName Name); // S53
};
