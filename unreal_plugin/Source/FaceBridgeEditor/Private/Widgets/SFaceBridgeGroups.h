// All parameters and choices in groups that open, narrowed by a search.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;
class SVerticalBox;

class SFaceBridgeGroups : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeGroups) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

private:
	void HandleViewChanged();
	void HandleSearch(const FText& Text);
	TSharedRef<SWidget> MakeTools();
	TSharedRef<SWidget> MakeGroup(int32 Index, bool bOpen);
	TSharedRef<SWidget> MakeHeader(int32 Index);
	TSharedRef<SWidget> MakeRows(int32 Index);
	bool IsGroupLocked(int32 Index) const;

	TSharedPtr<FFaceBridgePanelHost> Host;
	TSharedPtr<SVerticalBox> Box;
	TArray<FString> Shown;
	TSet<FString> Opened;
};
