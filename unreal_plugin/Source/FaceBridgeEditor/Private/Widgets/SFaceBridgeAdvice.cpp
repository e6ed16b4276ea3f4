// The sentences come from the service; the most serious stands first.

#include "Widgets/SFaceBridgeAdvice.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeAdvice"

namespace
{
	FSlateColor ColorOf(const std::string& Severity)
	{
		if (Severity == "serious")
		{
			return FSlateColor(FLinearColor(1.0f, 0.35f, 0.25f));
		}
		return Severity == "warning" ? FSlateColor(FLinearColor(1.0f, 0.75f, 0.2f)) : FSlateColor::UseSubduedForeground();
	}
}

void SFaceBridgeAdvice::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SAssignNew(Box, SVerticalBox)
	];
	Host->OnViewChanged.AddSP(this, &SFaceBridgeAdvice::HandleViewChanged);
	HandleViewChanged(); // The tab may be opened again, with all that was imported before.
}

FText SFaceBridgeAdvice::SeverityText(const std::string& Severity)
{
	if (Severity == "serious")
	{
		return LOCTEXT("Serious", "Serious");
	}
	return Severity == "warning" ? LOCTEXT("Warning", "Warning") : LOCTEXT("Note", "Note");
}

void SFaceBridgeAdvice::HandleViewChanged()
{
	TArray<FString> Now;
	for (const facebridge::PanelFinding& Finding : Host->View().findings)
	{
		Now.Add(FaceBridge::ToUnreal(Finding.severity + ":" + Finding.words));
	}
	if (Now == Shown)
	{
		return;
	}
	Shown = Now;
	Box->ClearChildren();
	for (const facebridge::PanelFinding& Finding : Host->View().findings)
	{
		Box->AddSlot().AutoHeight().Padding(0.0f, 1.0f)
		[
			SNew(STextBlock)
			.Text(FText::Format(LOCTEXT("Advice", "{0}: {1}"), SeverityText(Finding.severity), FaceBridge::ToText(Finding.words)))
			.ToolTipText(FaceBridge::ToText(Finding.code))
			.ColorAndOpacity(ColorOf(Finding.severity))
			.AutoWrapText(true)
		];
	}
}

#undef LOCTEXT_NAMESPACE
