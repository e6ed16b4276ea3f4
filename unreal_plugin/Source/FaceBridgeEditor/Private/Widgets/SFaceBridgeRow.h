// One row of a group: a slider for a parameter or a list for a choice, with its lock and its way back.

#pragma once

#include "CoreMinimal.h"
#include "Types/SlateEnums.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;
class SFaceBridgeOptions;

namespace facebridge
{
	struct PanelRow;
}

class SFaceBridgeRow : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeRow) {}
	SLATE_END_ARGS()

	/** The row at these places of the view; rows are made anew when the view's rows are others. */
	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost, int32 InGroup, int32 InRow);

private:
	const facebridge::PanelRow& GetRow() const;
	TSharedRef<SWidget> MakeSlider();
	TSharedRef<SWidget> MakeOptions();
	void HandleViewChanged();

	float GetValue() const;
	void HandleDragBegun();
	void HandleValueChanged(float Value);
	void HandleDragEnded(float Value);
	void HandleValueCommitted(float Value, ETextCommit::Type How);
	void HandleOptionChosen(int32 Index);
	void Set(double Value, const TCHAR* Gesture);

	FText GetConfidence() const;
	ECheckBoxState GetLock() const;
	void SetLock(ECheckBoxState State);
	EVisibility GetResetVisibility() const;
	FReply Reset();
	bool CanEdit() const;

	TSharedPtr<FFaceBridgePanelHost> Host;
	TSharedPtr<SFaceBridgeOptions> Options;
	int32 GroupIndex = 0;
	int32 RowIndex = 0;
	bool bDragging = false;
};
