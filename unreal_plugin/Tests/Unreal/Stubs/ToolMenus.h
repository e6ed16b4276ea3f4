// UToolMenus: the editor's menus and tool bars, extended by name.

#pragma once

#include "ToolMenu.h"
#include "ToolMenuOwner.h"

class FToolMenuOwnerScoped // S53
{
public:
	FToolMenuOwnerScoped(FToolMenuOwner Owner); // S53
	~FToolMenuOwnerScoped(); // S53
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
