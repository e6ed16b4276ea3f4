// The photo as it was read beside the character as it was drawn; photos are dropped here or chosen.

#pragma once

#include "CoreMinimal.h"
#include "FaceBridgePicture.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;

class SFaceBridgePhotoArea : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgePhotoArea) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

	virtual FReply OnDragOver(const FGeometry& Geometry, const FDragDropEvent& Event) override;
	virtual FReply OnDrop(const FGeometry& Geometry, const FDragDropEvent& Event) override;

	/** The files among these whose endings say that they hold a picture. */
	static TArray<FString> PicturesAmong(const TArray<FString>& Files);

private:
	TSharedRef<SWidget> MakePicture(bool bPhoto);
	const FSlateBrush* GetBrush(bool bPhoto) const;
	FText GetWords(bool bPhoto) const;
	FText GetCaption(bool bPhoto) const;
	FText GetMessage() const;
	FSlateColor GetMessageColor() const;
	bool CanImport() const;
	FReply Import();

	TSharedPtr<FFaceBridgePanelHost> Host;
	mutable FFaceBridgePicture Photo;
	mutable FFaceBridgePicture Preview;
};
