// The character set beside its photo: side by side, blended, as difference, or turned with its outline.

#pragma once

#include "CoreMinimal.h"
#include "FaceBridgePicture.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;
class SHorizontalBox;

class SFaceBridgeCompare : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeCompare) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

private:
	void HandleViewChanged();
	TSharedRef<SWidget> MakeKind(const facebridge::PanelComparison& Kind);
	bool IsChosen(const std::string& Kind) const;
	void Choose(const std::string& Kind, bool bOn);
	void Blend(float Value);
	EVisibility GetAreaVisibility() const;
	EVisibility GetPictureVisibility() const;
	EVisibility GetBlendVisibility() const;

	TSharedPtr<FFaceBridgePanelHost> Host;
	TSharedPtr<SHorizontalBox> Kinds;
	TArray<FString> Shown;
	mutable FFaceBridgePicture Picture;
};
