// The picture is drawn by the service, and asked for anew whenever the character changes.

#include "Widgets/SFaceBridgeCompare.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Widgets/Images/SImage.h"
#include "Widgets/Input/SCheckBox.h"
#include "Widgets/Input/SSlider.h"
#include "Widgets/Layout/SBox.h"
#include "Widgets/Layout/SScaleBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeCompare"

void SFaceBridgeCompare::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	SetVisibility(TAttribute<EVisibility>::CreateSP(this, &SFaceBridgeCompare::GetAreaVisibility));
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(SHorizontalBox)
			+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center).Padding(0.0f, 0.0f, 6.0f, 0.0f)
			[
				SNew(STextBlock).Text(LOCTEXT("Compare", "Compare"))
			]
			+ SHorizontalBox::Slot().FillWidth(1.0f)
			[
				SAssignNew(Kinds, SHorizontalBox)
			]
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(SBox).HeightOverride(FOptionalSize(220.0f)).Visibility(this, &SFaceBridgeCompare::GetPictureVisibility)
			[
				SNew(SScaleBox).Stretch(EStretch::ScaleToFit)
				[
					SNew(SImage).Image_Lambda([this] { return Picture.Show(Host->View().comparison); })
				]
			]
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(SHorizontalBox).Visibility(this, &SFaceBridgeCompare::GetBlendVisibility)
			+ SHorizontalBox::Slot().AutoWidth()
			[
				SNew(STextBlock).Text(LOCTEXT("BlendPhoto", "photo"))
			]
			+ SHorizontalBox::Slot().FillWidth(1.0f).Padding(4.0f, 0.0f)
			[
				SNew(SSlider)
				.Value_Lambda([this] { return static_cast<float>(Host->View().blend); })
				.OnValueChanged(this, &SFaceBridgeCompare::Blend)
			]
			+ SHorizontalBox::Slot().AutoWidth()
			[
				SNew(STextBlock).Text(LOCTEXT("BlendCharacter", "character"))
			]
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(STextBlock)
			.Text_Lambda([this] { return FaceBridge::ToText(Host->View().comparison_words); })
			.AutoWrapText(true)
		]
	];
	Host->OnViewChanged.AddSP(this, &SFaceBridgeCompare::HandleViewChanged);
	HandleViewChanged(); // The tab may be opened again, with all that was imported before.
}

void SFaceBridgeCompare::HandleViewChanged()
{
	TArray<FString> Now;
	for (const facebridge::PanelComparison& Kind : Host->View().comparisons)
	{
		Now.Add(FaceBridge::ToUnreal(Kind.kind));
	}
	if (Now == Shown)
	{
		return;
	}
	Shown = Now;
	Kinds->ClearChildren();
	for (const facebridge::PanelComparison& Kind : Host->View().comparisons)
	{
		Kinds->AddSlot().AutoWidth().Padding(0.0f, 0.0f, 6.0f, 0.0f)
		[
			MakeKind(Kind)
		];
	}
}

TSharedRef<SWidget> SFaceBridgeCompare::MakeKind(const facebridge::PanelComparison& Kind)
{
	const std::string Name = Kind.kind;
	return SNew(SCheckBox)
		.IsChecked_Lambda([this, Name] { return IsChosen(Name) ? ECheckBoxState::Checked : ECheckBoxState::Unchecked; })
		.OnCheckStateChanged_Lambda([this, Name](ECheckBoxState State) { Choose(Name, State == ECheckBoxState::Checked); })
		[
			SNew(STextBlock).Text(FaceBridge::ToText(Kind.label))
		];
}

bool SFaceBridgeCompare::IsChosen(const std::string& Kind) const
{
	for (const facebridge::PanelComparison& Each : Host->View().comparisons)
	{
		if (Each.kind == Kind)
		{
			return Each.chosen;
		}
	}
	return false;
}

void SFaceBridgeCompare::Choose(const std::string& Kind, bool bOn)
{
	const std::string Wanted = bOn ? Kind : std::string();
	const double Share = Host->View().blend;
	Host->Do([&Wanted, Share](facebridge::PanelModel& Panel, std::string& Problem) {
		return Panel.compare(Wanted, Share, Problem);
	});
}

void SFaceBridgeCompare::Blend(float Value)
{
	Host->Do([Value](facebridge::PanelModel& Panel, std::string& Problem) {
		return Panel.compare("blend", static_cast<double>(Value), Problem);
	});
}

EVisibility SFaceBridgeCompare::GetAreaVisibility() const
{
	return Host->View().comparisons.empty() ? EVisibility::Collapsed : EVisibility::Visible;
}

EVisibility SFaceBridgeCompare::GetPictureVisibility() const
{
	return Host->View().comparison != nullptr ? EVisibility::Visible : EVisibility::Collapsed;
}

EVisibility SFaceBridgeCompare::GetBlendVisibility() const
{
	return IsChosen("blend") ? EVisibility::Visible : EVisibility::Collapsed;
}

#undef LOCTEXT_NAMESPACE
