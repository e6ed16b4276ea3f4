// The whole panel, from the service at its top to the sliders.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;

class SFaceBridgePanel : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgePanel) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

private:
	TSharedPtr<FFaceBridgePanelHost> Host;
};
