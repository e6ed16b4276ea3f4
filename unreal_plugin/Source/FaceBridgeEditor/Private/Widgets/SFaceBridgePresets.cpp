// Choosing an asset opens it; saving without one makes a new asset.

#include "Widgets/SFaceBridgePresets.h"

#include "AssetRegistry/AssetData.h"
#include "FaceBridgePanelHost.h"
#include "FaceBridgePreset.h"
#include "FaceBridgePresetAssets.h"
#include "FaceBridgeText.h"
#include "PropertyCustomizationHelpers.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Input/SEditableTextBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgePresets"

void SFaceBridgePresets::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(STextBlock)
			.Text_Lambda([this] { return Host->GetTargetText(); })
			.ColorAndOpacity(FSlateColor::UseSubduedForeground())
			.AutoWrapText(true)
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(0.0f, 2.0f)
		[
			MakeHistory()
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(0.0f, 2.0f)
		[
			MakeFiles()
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			MakeAssets()
		]
	];
}

TSharedRef<SWidget> SFaceBridgePresets::MakeHistory()
{
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(SEditableTextBox)
			.HintText(LOCTEXT("Name", "Name of the character"))
			.Text_Lambda([this] { return FaceBridge::ToText(Host->View().name); })
			.OnTextCommitted_Lambda([this](const FText& Text, ETextCommit::Type) {
				Host->Do([&Text](facebridge::PanelModel& Panel, std::string&) {
					Panel.rename(FaceBridge::ToCore(Text.ToString().Left(200)));
					return true;
				});
			})
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f)
		[
			SNew(SButton)
			.Text(LOCTEXT("Undo", "Undo"))
			.ToolTipText_Lambda([this] { return FaceBridge::ToText(Host->View().undo); })
			.IsEnabled_Lambda([this] { return Host->CanUndo(); })
			.OnClicked_Lambda([this] {
				Host->Undo();
				return FReply::Handled();
			})
		]
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SNew(SButton)
			.Text(LOCTEXT("Redo", "Redo"))
			.ToolTipText_Lambda([this] { return FaceBridge::ToText(Host->View().redo); })
			.IsEnabled_Lambda([this] { return Host->CanRedo(); })
			.OnClicked_Lambda([this] {
				Host->Redo();
				return FReply::Handled();
			})
		];
}

TSharedRef<SWidget> SFaceBridgePresets::MakeFiles()
{
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SNew(SButton)
			.Text(LOCTEXT("OpenFile", "Open ..."))
			.ToolTipText(LOCTEXT("OpenFileTip", "Open a preset, as the command line writes it"))
			.IsEnabled_Lambda([this] { return Host->View().may.edit; })
			.OnClicked_Lambda([this] {
				Host->Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.load_by_dialog(Problem); });
				return FReply::Handled();
			})
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f)
		[
			SNew(SButton)
			.Text(LOCTEXT("SaveFile", "Save as ..."))
			.ToolTipText(LOCTEXT("SaveFileTip", "Save a preset that the command line reads as well"))
			.IsEnabled_Lambda([this] { return Host->View().may.save; })
			.OnClicked_Lambda([this] {
				Host->Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.save_by_dialog(Problem); });
				return FReply::Handled();
			})
		];
}

TSharedRef<SWidget> SFaceBridgePresets::MakeAssets()
{
	return SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(1.0f).VAlign(VAlign_Center)
		[
			SNew(SObjectPropertyEntryBox)
			.AllowedClass(UFaceBridgePreset::StaticClass())
			.AllowClear(true)
			.DisplayThumbnail(false)
			.ObjectPath(this, &SFaceBridgePresets::GetAssetPath)
			.OnObjectChanged(this, &SFaceBridgePresets::HandleAssetChosen)
		]
		+ SHorizontalBox::Slot().AutoWidth().Padding(4.0f, 0.0f)
		[
			SNew(SButton)
			.Text(LOCTEXT("OpenAsset", "Open"))
			.ToolTipText(LOCTEXT("OpenAssetTip", "Take over the chosen preset again"))
			.IsEnabled_Lambda([this] { return Host->View().may.edit && Preset.IsValid(); })
			.OnClicked(this, &SFaceBridgePresets::OpenAsset)
		]
		+ SHorizontalBox::Slot().AutoWidth()
		[
			SNew(SButton)
			.Text_Lambda([this] { return Preset.IsValid() ? LOCTEXT("SaveAsset", "Save") : LOCTEXT("NewAsset", "New preset"); })
			.ToolTipText(LOCTEXT("SaveAssetTip", "Save the character in the chosen preset, or in a new one in /Game/FaceBridge"))
			.IsEnabled_Lambda([this] { return Host->View().may.save; })
			.OnClicked(this, &SFaceBridgePresets::SaveAsset)
		];
}

FString SFaceBridgePresets::GetAssetPath() const
{
	return Preset.IsValid() ? Preset->GetPathName() : FString();
}

void SFaceBridgePresets::HandleAssetChosen(const FAssetData& Asset)
{
	Preset = Cast<UFaceBridgePreset>(Asset.GetAsset());
	if (Preset.IsValid())
	{
		OpenAsset();
	}
}

FReply SFaceBridgePresets::OpenAsset()
{
	FString Problem;
	if (Preset.IsValid() && !FaceBridgePresetAssets::Open(*Host, *Preset, Problem))
	{
		Host->Tell(Problem);
	}
	return FReply::Handled();
}

FReply SFaceBridgePresets::SaveAsset()
{
	FString Problem;
	if (Preset.IsValid())
	{
		FaceBridgePresetAssets::SaveTo(*Host, *Preset, Problem);
	}
	else
	{
		Preset = FaceBridgePresetAssets::SaveNew(*Host, Problem);
	}
	if (!Problem.IsEmpty())
	{
		Host->Tell(Problem);
	}
	return FReply::Handled();
}

#undef LOCTEXT_NAMESPACE
