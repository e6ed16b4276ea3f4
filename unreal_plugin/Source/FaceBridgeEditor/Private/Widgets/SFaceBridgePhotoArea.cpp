// Where a picture would be and is not, words say why: offline, loading, nothing yet, or what went wrong.

#include "Widgets/SFaceBridgePhotoArea.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Input/DragAndDrop.h"
#include "Misc/Paths.h"
#include "Styling/AppStyle.h"
#include "Widgets/Images/SImage.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Layout/SBorder.h"
#include "Widgets/Layout/SBox.h"
#include "Widgets/Layout/SScaleBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/SOverlay.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgePhotoArea"

void SFaceBridgePhotoArea::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(SButton)
			.HAlign(HAlign_Center)
			.Text(LOCTEXT("Import", "Import from photo"))
			.ToolTipText(LOCTEXT("ImportTip", "Read a photo, or several of one person; what is locked stays"))
			.IsEnabled(this, &SFaceBridgePhotoArea::CanImport)
			.OnClicked(this, &SFaceBridgePhotoArea::Import)
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(0.0f, 4.0f)
		[
			SNew(SHorizontalBox)
			+ SHorizontalBox::Slot().FillWidth(1.0f).Padding(0.0f, 0.0f, 2.0f, 0.0f)
			[
				MakePicture(true)
			]
			+ SHorizontalBox::Slot().FillWidth(1.0f).Padding(2.0f, 0.0f, 0.0f, 0.0f)
			[
				MakePicture(false)
			]
		]
		+ SVerticalBox::Slot().AutoHeight()
		[
			SNew(STextBlock)
			.Text(this, &SFaceBridgePhotoArea::GetMessage)
			.ColorAndOpacity(this, &SFaceBridgePhotoArea::GetMessageColor)
			.AutoWrapText(true)
		]
	];
}

TSharedRef<SWidget> SFaceBridgePhotoArea::MakePicture(bool bPhoto)
{
	return SNew(SBorder)
		.BorderImage(FAppStyle::GetBrush(FName(TEXT("ToolPanel.GroupBorder"))))
		.Padding(FMargin(2.0f))
		[
			SNew(SVerticalBox)
			+ SVerticalBox::Slot().AutoHeight()
			[
				SNew(STextBlock).Text_Lambda([this, bPhoto] { return GetCaption(bPhoto); })
			]
			+ SVerticalBox::Slot().AutoHeight()
			[
				SNew(SBox).HeightOverride(FOptionalSize(220.0f))
				[
					SNew(SOverlay)
					+ SOverlay::Slot()
					[
						SNew(SScaleBox).Stretch(EStretch::ScaleToFit)
						[
							SNew(SImage).Image_Lambda([this, bPhoto] { return GetBrush(bPhoto); })
						]
					]
					+ SOverlay::Slot().HAlign(HAlign_Center).VAlign(VAlign_Center).Padding(8.0f, 8.0f)
					[
						SNew(STextBlock)
						.Text_Lambda([this, bPhoto] { return GetWords(bPhoto); })
						.AutoWrapText(true)
					]
				]
			]
		];
}

const FSlateBrush* SFaceBridgePhotoArea::GetBrush(bool bPhoto) const
{
	return bPhoto ? Photo.Show(Host->View().aligned) : Preview.Show(Host->View().preview);
}

FText SFaceBridgePhotoArea::GetWords(bool bPhoto) const
{
	if (bPhoto)
	{
		return FaceBridge::ToText(Host->View().photo_words);
	}
	return Host->View().preview != nullptr ? FText::GetEmpty() : LOCTEXT("NoPreview", "The character is shown here after an import");
}

FText SFaceBridgePhotoArea::GetCaption(bool bPhoto) const
{
	const facebridge::PanelView& View = Host->View();
	if (bPhoto)
	{
		return View.photo.empty() ? LOCTEXT("Photo", "Photo") : FaceBridge::ToText(View.photo);
	}
	return View.drawn_by == "engine" ? LOCTEXT("DrawnByEngine", "Character, drawn by the engine") : LOCTEXT("Character", "Character");
}

FText SFaceBridgePhotoArea::GetMessage() const
{
	const FString& Own = Host->GetOwnProblem();
	return Own.IsEmpty() ? FaceBridge::ToText(Host->View().message) : FText::FromString(Own);
}

FSlateColor SFaceBridgePhotoArea::GetMessageColor() const
{
	const bool bFailed = Host->View().failed || !Host->GetOwnProblem().IsEmpty();
	return bFailed ? FSlateColor(FLinearColor(1.0f, 0.35f, 0.25f)) : FSlateColor::UseSubduedForeground();
}

bool SFaceBridgePhotoArea::CanImport() const
{
	return Host->View().may.import_photo;
}

FReply SFaceBridgePhotoArea::Import()
{
	Host->Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.import_by_dialog(Problem); });
	return FReply::Handled();
}

FReply SFaceBridgePhotoArea::OnDragOver(const FGeometry& Geometry, const FDragDropEvent& Event)
{
	const TSharedPtr<FExternalDragOperation> Files = Event.GetOperationAs<FExternalDragOperation>();
	const bool bTaken = CanImport() && Files.IsValid() && Files->HasFiles() && PicturesAmong(Files->GetFiles()).Num() > 0;
	return bTaken ? FReply::Handled() : FReply::Unhandled();
}

FReply SFaceBridgePhotoArea::OnDrop(const FGeometry& Geometry, const FDragDropEvent& Event)
{
	const TSharedPtr<FExternalDragOperation> Files = Event.GetOperationAs<FExternalDragOperation>();
	if (!CanImport() || !Files.IsValid() || !Files->HasFiles())
	{
		return FReply::Unhandled();
	}
	std::vector<std::string> Paths;
	for (const FString& File : PicturesAmong(Files->GetFiles()))
	{
		Paths.push_back(FaceBridge::ToCore(File));
	}
	if (Paths.empty())
	{
		return FReply::Unhandled();
	}
	Host->Do([&Paths](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.import_files(Paths, Problem); });
	return FReply::Handled();
}

TArray<FString> SFaceBridgePhotoArea::PicturesAmong(const TArray<FString>& Files)
{
	const FString Known = TEXT("|jpg|jpeg|png|webp|bmp|tif|tiff|");
	return Files.FilterByPredicate([&Known](const FString& File) {
		return Known.Contains(TEXT("|") + FPaths::GetExtension(File).ToLower() + TEXT("|"));
	});
}

#undef LOCTEXT_NAMESPACE
