// A picture of the core as a brush that Slate can draw.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/PanelView.h"
THIRD_PARTY_INCLUDES_END

struct FSlateBrush;
struct FSlateDynamicImageBrush;

/** Makes a brush when the picture is another, and keeps it for as long as it is shown. */
class FFaceBridgePicture
{
public:
	/** The brush of this picture; null when there is none, or nothing can be drawn. */
	const FSlateBrush* Show(const facebridge::Picture& Picture);

	/** Rows of red, green, blue as rows of blue, green, red and full alpha; empty for what is no such picture. */
	static TArray<uint8> ToBgra(const facebridge::ByteArray& Picture);

private:
	facebridge::Picture Shown;
	TSharedPtr<FSlateDynamicImageBrush> Brush;
};
