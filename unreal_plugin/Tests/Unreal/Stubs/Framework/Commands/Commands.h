// TCommands: commands of one context, with their texts, icons and keys.

#pragma once

#include "Framework/Commands/UICommandInfo.h"
#include "Textures/SlateIcon.h"

template <typename TSelf> class TCommands : public TSharedFromThis<TSelf> // S51
{
public:
	TCommands(const FName Context, const FText& Description, const FName Parent, const FName StyleSet); // S51
	virtual ~TCommands(); // S51
	virtual void RegisterCommands() = 0; // S51
	static void Register(); // S51
	static void Unregister(); // S51
	static bool IsRegistered(); // S51
	static const TSelf& Get(); // S51
};
void StubUiCommand(TSharedPtr<FUICommandInfo>& Command, const TCHAR* Key, const TCHAR* Label, const TCHAR* Tip, EUserInterfaceActionType Type, const FInputChord& Chord); // S51
// The macro makes its texts of narrow literals itself, and needs LOCTEXT_NAMESPACE.
#define UI_COMMAND(Command, Label, Tip, Type, Chord, ...) StubUiCommand(Command, TEXT(LOCTEXT_NAMESPACE) TEXT(#Command), TEXT(Label), TEXT(Tip), Type, Chord) // S51
