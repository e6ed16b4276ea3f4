// Everything said here is the view's; the buttons only pass the wish on.

#include "Widgets/SFaceBridgeService.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeService"

void SFaceBridgeService::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(STextBlock)
			.Text(this, &SFaceBridgeService::GetStatus)
			.ToolTipText(this, &SFaceBridgeService::GetBundle)
			.AutoWrapText(true)
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f)
		[
			SNew(SButton)
			.Text(this, &SFaceBridgeService::GetConnectLabel)
			.ToolTipText(LOCTEXT("ConnectTip", "The service's address is in Project Settings > Plugins > FaceBridge"))
			.IsEnabled(this, &SFaceBridgeService::CanToggleConnection)
			.OnClicked(this, &SFaceBridgeService::ToggleConnection)
		]
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SNew(SButton)
			.Text(this, &SFaceBridgeService::GetServiceLabel)
			.ToolTipText(LOCTEXT("ServiceTip", "A service on this machine, which ends with the editor"))
			.IsEnabled(this, &SFaceBridgeService::CanToggleService)
			.OnClicked(this, &SFaceBridgeService::ToggleService)
		]
	];
}

FText SFaceBridgeService::GetStatus() const
{
	return FaceBridge::ToText(Host->View().status);
}

FText SFaceBridgeService::GetBundle() const
{
	return FaceBridge::ToText(Host->View().bundle);
}

FText SFaceBridgeService::GetConnectLabel() const
{
	return Host->View().may.disconnect ? LOCTEXT("Disconnect", "Disconnect") : LOCTEXT("Connect", "Connect");
}

bool SFaceBridgeService::CanToggleConnection() const
{
	return Host->View().may.connect || Host->View().may.disconnect;
}

FReply SFaceBridgeService::ToggleConnection()
{
	if (Host->View().may.disconnect)
	{
		Host->Disconnect();
	}
	else
	{
		Host->Connect();
	}
	return FReply::Handled();
}

FText SFaceBridgeService::GetServiceLabel() const
{
	return Host->IsServiceRunning() ? LOCTEXT("StopService", "Stop service") : LOCTEXT("StartService", "Start service");
}

bool SFaceBridgeService::CanToggleService() const
{
	return Host->IsServiceRunning() || Host->CanStartService();
}

FReply SFaceBridgeService::ToggleService()
{
	if (Host->IsServiceRunning())
	{
		Host->StopService();
	}
	else
	{
		Host->StartService();
	}
	return FReply::Handled();
}

#undef LOCTEXT_NAMESPACE
