// Rows are made when a group is opened: hundreds of sliders that nobody sees would cost every frame.

#include "Widgets/SFaceBridgeGroups.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Input/SCheckBox.h"
#include "Widgets/Input/SSearchBox.h"
#include "Widgets/Layout/SExpandableArea.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/SFaceBridgeRow.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeGroups"

void SFaceBridgeGroups::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight().Padding(0.0f, 4.0f)
		[
			MakeTools()
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(STextBlock)
			.Text_Lambda([this] { return FaceBridge::ToText(Host->View().empty); })
			.Visibility_Lambda([this] { return Host->View().empty.empty() ? EVisibility::Collapsed : EVisibility::Visible; })
			.AutoWrapText(true)
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SAssignNew(Box, SVerticalBox)
		]
	];
	Host->OnViewChanged.AddSP(this, &SFaceBridgeGroups::HandleViewChanged);
	HandleViewChanged(); // The tab may be opened again, with all that was imported before.
}

TSharedRef<SWidget> SFaceBridgeGroups::MakeTools()
{
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(SSearchBox)
			.HintText(LOCTEXT("Search", "Search parameters"))
			.OnTextChanged(this, &SFaceBridgeGroups::HandleSearch)
		]
		+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center).Padding(6.0f, 0.0f)
		[
			SNew(SCheckBox)
			.ToolTipText(LOCTEXT("MirrorTip", "Left and right move together"))
			.IsEnabled_Lambda([this] { return Host->View().may.edit; })
			.IsChecked_Lambda([this] { return Host->View().mirror ? ECheckBoxState::Checked : ECheckBoxState::Unchecked; })
			.OnCheckStateChanged_Lambda([this](ECheckBoxState State) {
				Host->Do([State](facebridge::PanelModel& Panel, std::string& Problem) {
					return Panel.set_mirror(State == ECheckBoxState::Checked, Problem);
				});
			})
			[
				SNew(STextBlock).Text(LOCTEXT("Mirror", "Mirror"))
			]
		]
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SNew(SButton)
			.Text(LOCTEXT("ResetAll", "Reset"))
			.ToolTipText(LOCTEXT("ResetAllTip", "Back to what was imported or opened; locks stay"))
			.IsEnabled_Lambda([this] { return Host->View().may.edit; })
			.OnClicked_Lambda([this] {
				Host->Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.reset("*", false, Problem); });
				return FReply::Handled();
			})
		];
}

void SFaceBridgeGroups::HandleSearch(const FText& Text)
{
	Host->Do([&Text](facebridge::PanelModel& Panel, std::string&) {
		Panel.search = FaceBridge::ToCore(Text.ToString());
		return true;
	});
}

void SFaceBridgeGroups::HandleViewChanged()
{
	TArray<FString> Now;
	Now.Add(Host->GetSchemaHash());
	int32 Rows = 0;
	for (const facebridge::PanelGroup& Group : Host->View().groups)
	{
		Now.Add(FaceBridge::ToUnreal(Group.name));
		for (const facebridge::PanelRow& Row : Group.rows)
		{
			Now.Add(FaceBridge::ToUnreal(Row.name));
			++Rows;
		}
	}
	if (Now == Shown)
	{
		return;
	}
	Shown = Now;
	Host->EndGesture(); // The slider that is held would be gone.
	Box->ClearChildren();
	constexpr int32 FewRows = 24; // What a search leaves of the character is shown at once.
	for (int32 Index = 0; Index < static_cast<int32>(Host->View().groups.size()); ++Index)
	{
		const FString Name = FaceBridge::ToUnreal(Host->View().groups[static_cast<size_t>(Index)].name);
		Box->AddSlot().AutoHeight().Padding(0.0f, 1.0f)
		[
			MakeGroup(Index, Rows <= FewRows || Opened.Contains(Name))
		];
	}
}

TSharedRef<SWidget> SFaceBridgeGroups::MakeGroup(int32 Index, bool bOpen)
{
	const FString Name = FaceBridge::ToUnreal(Host->View().groups[static_cast<size_t>(Index)].name);
	TSharedRef<SVerticalBox> Body = SNew(SVerticalBox);
	const auto Fill = [this, Index, Body] {
		if (Body->NumSlots() == 0)
		{
			Body->AddSlot().AutoHeight()
			[
				MakeRows(Index)
			];
		}
	};
	if (bOpen)
	{
		Fill();
	}
	return SNew(SExpandableArea)
		.InitiallyCollapsed(!bOpen)
		.OnAreaExpansionChanged_Lambda([this, Name, Fill](bool bExpanded) {
			if (bExpanded)
			{
				Opened.Add(Name);
				Fill();
			}
			else
			{
				Opened.Remove(Name);
			}
		})
		.HeaderContent()
		[
			MakeHeader(Index)
		]
		.BodyContent()
		[
			Body
		];
}

TSharedRef<SWidget> SFaceBridgeGroups::MakeHeader(int32 Index)
{
	const facebridge::PanelGroup& Group = Host->View().groups[static_cast<size_t>(Index)];
	const std::string Name = Group.name;
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(STextBlock)
			.Text(FText::Format(LOCTEXT("Title", "{0} ({1})"), FaceBridge::ToText(Name), FText::AsNumber(static_cast<int32>(Group.rows.size()))))
		]
		+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center)
		[
			SNew(SCheckBox)
			.ToolTipText(LOCTEXT("LockGroup", "Lock the group"))
			.IsEnabled_Lambda([this] { return Host->View().may.lock; })
			.IsChecked_Lambda([this, Index] { return IsGroupLocked(Index) ? ECheckBoxState::Checked : ECheckBoxState::Unchecked; })
			.OnCheckStateChanged_Lambda([this, Name](ECheckBoxState State) {
				Host->Do([&Name, State](facebridge::PanelModel& Panel, std::string& Problem) {
					return Panel.set_lock(Name, State == ECheckBoxState::Checked, Problem);
				});
			})
		]
		+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center).Padding(4.0f, 0.0f)
		[
			SNew(SButton)
			.Text(LOCTEXT("ResetGroup", "Reset"))
			.ToolTipText(LOCTEXT("ResetGroupTip", "Reset these"))
			.IsEnabled_Lambda([this] { return Host->View().may.edit; })
			.OnClicked_Lambda([this, Name] {
				Host->Do([&Name](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.reset(Name, false, Problem); });
				return FReply::Handled();
			})
		];
}

TSharedRef<SWidget> SFaceBridgeGroups::MakeRows(int32 Index)
{
	TSharedRef<SVerticalBox> Rows = SNew(SVerticalBox);
	const std::vector<facebridge::PanelGroup>& Groups = Host->View().groups;
	const size_t Position = static_cast<size_t>(Index);
	const int32 Count = Position < Groups.size() ? static_cast<int32>(Groups[Position].rows.size()) : 0;
	for (int32 Row = 0; Row < Count; ++Row)
	{
		Rows->AddSlot().AutoHeight().Padding(0.0f, 1.0f)
		[
			SNew(SFaceBridgeRow, Host.ToSharedRef(), Index, Row)
		];
	}
	return Rows;
}

bool SFaceBridgeGroups::IsGroupLocked(int32 Index) const
{
	const std::vector<facebridge::PanelGroup>& Groups = Host->View().groups;
	const size_t Position = static_cast<size_t>(Index);
	return Position < Groups.size() && Groups[Position].locked;
}

#undef LOCTEXT_NAMESPACE
