// The character that the panel's values go to: that of the actor selected last.

#pragma once

#include "CoreMinimal.h"
#include "UObject/WeakObjectPtr.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Engine.h"
THIRD_PARTY_INCLUDES_END

class UFaceBridgeCharacterComponent;

/** Puts characters onto the selected component, each as a step of the editor's undo. */
class FFaceBridgeSelection final : public facebridge::CharacterSink
{
public:
	virtual ~FFaceBridgeSelection() override;

	/** Follow the editor's selection; an actor without a FaceBridge character leaves the last one in place. */
	void Update();

	void Select(UFaceBridgeCharacterComponent* Component);

	UFaceBridgeCharacterComponent* Get() const;

	/** Another component was selected, or the selected one changed without the panel: by undo, Blueprint or details. */
	FSimpleDelegate OnOtherValues;

	virtual bool apply(const facebridge::Schema& Schema, const facebridge::Character& Character, const std::string& Step,
		std::string& Problem) override;

private:
	void HandleCharacterChanged();

	TWeakObjectPtr<UFaceBridgeCharacterComponent> Selected;
	FDelegateHandle Changed;
	bool bApplying = false;
};
