// The line at the panel's top: which service answers, connecting to it, and starting one on this machine.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;

class SFaceBridgeService : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeService) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

private:
	FText GetStatus() const;
	FText GetBundle() const;
	FText GetConnectLabel() const;
	bool CanToggleConnection() const;
	FReply ToggleConnection();
	FText GetServiceLabel() const;
	bool CanToggleService() const;
	FReply ToggleService();

	TSharedPtr<FFaceBridgePanelHost> Host;
};
