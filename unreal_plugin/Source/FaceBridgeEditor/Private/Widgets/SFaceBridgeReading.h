// How the photo is read: which face, around which base, with which bundle, other readings, and a search from there.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;
class SFaceBridgeOptions;
class SFaceBridgeStrip;

class SFaceBridgeReading : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeReading) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

private:
	TSharedRef<SWidget> MakeBases();
	TSharedRef<SWidget> MakeSearch();
	void HandleViewChanged();
	void ChooseFace(int32 Index);
	void ChooseVariation(int32 Index);
	void ChooseArchetype(int32 Index);
	void ChooseBundle(int32 Index);
	FReply Refine();
	FReply Vary();
	FReply Cancel();
	EVisibility ShownWhen(bool bShown) const;
	TOptional<float> GetPercent() const;

	TSharedPtr<FFaceBridgePanelHost> Host;
	TSharedPtr<SFaceBridgeStrip> Faces;
	TSharedPtr<SFaceBridgeStrip> Variations;
	TSharedPtr<SFaceBridgeOptions> Archetypes;
	TSharedPtr<SFaceBridgeOptions> Bundles;
};
