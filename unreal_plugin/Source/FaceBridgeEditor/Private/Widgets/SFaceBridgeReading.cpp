// Buttons are there only for what the service offers; the search shows its progress and can be stopped at its best.

#include "Widgets/SFaceBridgeReading.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Notifications/SProgressBar.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/SFaceBridgeOptions.h"
#include "Widgets/SFaceBridgeStrip.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeReading"

namespace
{
	constexpr std::int64_t RefineSteps = 200; // As many as the studio searches.
	constexpr std::int64_t OtherReadings = 4;
}

void SFaceBridgeReading::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight()
		[
			SAssignNew(Faces, SFaceBridgeStrip)
			.Caption(LOCTEXT("Faces", "Faces in the photo"))
			.Noun(LOCTEXT("Face", "Face"))
			.OnChosen(this, &SFaceBridgeReading::ChooseFace)
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(0.0f, 2.0f)
		[
			MakeBases()
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(0.0f, 2.0f)
		[
			MakeSearch()
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SAssignNew(Variations, SFaceBridgeStrip)
			.Caption(LOCTEXT("Variations", "Other readings"))
			.Noun(LOCTEXT("Variation", "Reading"))
			.OnChosen(this, &SFaceBridgeReading::ChooseVariation)
		]
	];
	Host->OnViewChanged.AddSP(this, &SFaceBridgeReading::HandleViewChanged);
	HandleViewChanged(); // The tab may be opened again, with all that was imported before.
}

TSharedRef<SWidget> SFaceBridgeReading::MakeBases()
{
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(STextBlock)
			.Text(LOCTEXT("Base", "Sex and base"))
			.ToolTipText(LOCTEXT("BaseTip", "The average face that the photo is read around"))
			.Visibility_Lambda([this] { return ShownWhen(Host->View().may.choose_archetype); })
		]
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SAssignNew(Archetypes, SFaceBridgeOptions)
			.Visibility_Lambda([this] { return ShownWhen(Host->View().may.choose_archetype); })
			.OnChosen(this, &SFaceBridgeReading::ChooseArchetype)
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f, 0.0f, 0.0f)
		[
			SAssignNew(Bundles, SFaceBridgeOptions)
			.ToolTipText(LOCTEXT("BundleTip", "Which of the service's bundles reads photos"))
			.Visibility_Lambda([this] { return ShownWhen(Host->View().may.choose_bundle); })
			.OnChosen(this, &SFaceBridgeReading::ChooseBundle)
		];
}

TSharedRef<SWidget> SFaceBridgeReading::MakeSearch()
{
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SNew(SButton)
			.Text(LOCTEXT("Refine", "Refine"))
			.ToolTipText(LOCTEXT("RefineTip", "Search for a closer likeness from here; locked parameters stay"))
			.IsEnabled_Lambda([this] { return Host->View().may.refine; })
			.OnClicked(this, &SFaceBridgeReading::Refine)
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f)
		[
			SNew(SButton)
			.Text(LOCTEXT("Others", "Others"))
			.ToolTipText(LOCTEXT("OthersTip", "Other plausible characters for this photo, to choose from"))
			.IsEnabled_Lambda([this] { return Host->View().may.vary; })
			.OnClicked(this, &SFaceBridgeReading::Vary)
		]
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(SProgressBar)
			.Percent(this, &SFaceBridgeReading::GetPercent)
			.Visibility_Lambda([this] { return ShownWhen(Host->View().may.cancel); })
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f, 0.0f, 0.0f)
		[
			SNew(SButton)
			.Text_Lambda([this] {
				return Host->View().progress.has_value() ? LOCTEXT("Stop", "Stop, keep the best") : LOCTEXT("Cancel", "Cancel");
			})
			.Visibility_Lambda([this] { return ShownWhen(Host->View().may.cancel); })
			.OnClicked(this, &SFaceBridgeReading::Cancel)
		];
}

void SFaceBridgeReading::HandleViewChanged()
{
	const facebridge::PanelView& View = Host->View();
	TArray<FFaceBridgeStripItem> Items;
	for (const facebridge::PanelFace& Face : View.faces)
	{
		Items.Add(FFaceBridgeStripItem{Face.thumbnail, Face.chosen});
	}
	Faces->Show(Items);

	Items.Reset();
	for (const facebridge::PanelVariation& Variation : View.variations)
	{
		Items.Add(FFaceBridgeStripItem{Variation.preview, Variation.worn});
	}
	Variations->Show(Items);

	TArray<FString> Labels;
	int32 Chosen = 0;
	Labels.Add(LOCTEXT("Inferred", "Inferred").ToString());
	for (const facebridge::PanelArchetype& Archetype : View.archetypes)
	{
		Chosen = Archetype.chosen ? Labels.Num() : Chosen;
		Labels.Add(FText::Format(LOCTEXT("Share", "{0} ({1})"), FaceBridge::ToText(Archetype.name), FText::AsPercent(Archetype.share)).ToString());
	}
	Archetypes->Show(Labels, Chosen);

	Labels.Reset();
	Chosen = INDEX_NONE;
	for (const facebridge::PanelBundle& Bundle : View.bundles)
	{
		Chosen = Bundle.chosen ? Labels.Num() : Chosen;
		Labels.Add(FaceBridge::ToUnreal(Bundle.name));
	}
	Bundles->Show(Labels, Chosen);
}

void SFaceBridgeReading::ChooseFace(int32 Index)
{
	Host->Do([Index](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.choose_face(Index, Problem); });
}

void SFaceBridgeReading::ChooseVariation(int32 Index)
{
	Host->Do([Index](facebridge::PanelModel& Panel, std::string& Problem) {
		return Panel.choose_variation(static_cast<size_t>(Index), Problem);
	});
}

void SFaceBridgeReading::ChooseArchetype(int32 Index)
{
	const std::vector<facebridge::PanelArchetype>& Known = Host->View().archetypes;
	const size_t Position = static_cast<size_t>(Index);
	const std::string Name = Position > 0 && Position <= Known.size() ? Known[Position - 1].name : std::string();
	Host->Do([&Name](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.choose_archetype(Name, Problem); });
}

void SFaceBridgeReading::ChooseBundle(int32 Index)
{
	const std::vector<facebridge::PanelBundle>& Known = Host->View().bundles;
	const size_t Position = static_cast<size_t>(Index);
	const std::string Name = Position < Known.size() ? Known[Position].name : std::string();
	Host->Do([&Name](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.choose_bundle(Name, Problem); });
}

FReply SFaceBridgeReading::Refine()
{
	Host->Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.refine(RefineSteps, Problem); });
	return FReply::Handled();
}

FReply SFaceBridgeReading::Vary()
{
	Host->Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.vary(OtherReadings, Problem); });
	return FReply::Handled();
}

FReply SFaceBridgeReading::Cancel()
{
	Host->Do([](facebridge::PanelModel& Panel, std::string&) {
		Panel.cancel();
		return true;
	});
	return FReply::Handled();
}

EVisibility SFaceBridgeReading::ShownWhen(bool bShown) const
{
	return bShown ? EVisibility::Visible : EVisibility::Collapsed;
}

TOptional<float> SFaceBridgeReading::GetPercent() const
{
	const std::optional<facebridge::PanelProgress>& Progress = Host->View().progress;
	if (!Progress || Progress->steps < 1)
	{
		return TOptional<float>(); // Nobody knows how long a photo takes: the bar only moves.
	}
	return static_cast<float>(static_cast<double>(Progress->step) / static_cast<double>(Progress->steps));
}

#undef LOCTEXT_NAMESPACE
