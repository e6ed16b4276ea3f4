// The style set of the editor module: the icon of the panel.

#pragma once

#include "CoreMinimal.h"

class FSlateStyleSet;

/** Announced while the module is loaded. */
class FFaceBridgeEditorStyle
{
public:
	FFaceBridgeEditorStyle();
	~FFaceBridgeEditorStyle();

	static FName GetName();

	/** The brush of the panel's icon. */
	static FName GetIcon();

private:
	TSharedPtr<FSlateStyleSet> Style;
};
