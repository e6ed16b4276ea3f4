// A drag is one step to undo from its begin to its end; a typed value is a step of its own.

#include "Widgets/SFaceBridgeRow.h"

#include "FaceBridgePanelHost.h"
#include "FaceBridgeText.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Input/SCheckBox.h"
#include "Widgets/Input/SSpinBox.h"
#include "Widgets/Layout/SBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/SFaceBridgeOptions.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "SFaceBridgeRow"

void SFaceBridgeRow::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost, int32 InGroup, int32 InRow)
{
	Host = InHost;
	GroupIndex = InGroup;
	RowIndex = InRow;
	const facebridge::PanelRow& Row = GetRow();
	ChildSlot
	[
		SNew(SHorizontalBox)
		+ SHorizontalBox::Slot().FillWidth(0.42f).VAlign(VAlign_Center)
		[
			SNew(STextBlock)
			.Text(FaceBridge::ToText(Row.label))
			.ToolTipText(FText::Format(LOCTEXT("Tip", "{0}\n{1}"), FaceBridge::ToText(Row.description), FaceBridge::ToText(Row.name)))
		]
		+ SHorizontalBox::Slot().FillWidth(0.58f).VAlign(VAlign_Center)
		[
			Row.options.empty() ? MakeSlider() : MakeOptions()
		]
		+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center).Padding(4.0f, 0.0f)
		[
			SNew(SBox).WidthOverride(FOptionalSize(34.0f))
			[
				SNew(STextBlock)
				.Text(this, &SFaceBridgeRow::GetConfidence)
				.ToolTipText(LOCTEXT("ConfidenceTip", "How sure the photo makes this value"))
				.ColorAndOpacity(FSlateColor::UseSubduedForeground())
			]
		]
		+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center)
		[
			SNew(SCheckBox)
			.ToolTipText(LOCTEXT("LockTip", "Lock: imports, searches and resets leave it as it is"))
			.IsEnabled_Lambda([this] { return Host->View().may.lock; })
			.IsChecked(this, &SFaceBridgeRow::GetLock)
			.OnCheckStateChanged(this, &SFaceBridgeRow::SetLock)
		]
		+ SHorizontalBox::Slot().AutoWidth().VAlign(VAlign_Center)
		[
			SNew(SButton)
			.Text(LOCTEXT("Reset", "Reset"))
			.ToolTipText(LOCTEXT("ResetTip", "Back to what was imported or opened"))
			.Visibility(this, &SFaceBridgeRow::GetResetVisibility)
			.OnClicked(this, &SFaceBridgeRow::Reset)
		]
	];
	if (Options.IsValid())
	{
		Host->OnViewChanged.AddSP(this, &SFaceBridgeRow::HandleViewChanged);
		HandleViewChanged();
	}
}

const facebridge::PanelRow& SFaceBridgeRow::GetRow() const
{
	static const facebridge::PanelRow None;
	const std::vector<facebridge::PanelGroup>& Groups = Host->View().groups;
	const size_t Group = static_cast<size_t>(GroupIndex);
	const size_t Row = static_cast<size_t>(RowIndex);
	return Group < Groups.size() && Row < Groups[Group].rows.size() ? Groups[Group].rows[Row] : None;
}

TSharedRef<SWidget> SFaceBridgeRow::MakeSlider()
{
	const facebridge::PanelRow& Row = GetRow();
	const float Least = static_cast<float>(Row.minimum);
	const float Most = static_cast<float>(Row.maximum);
	return SNew(SSpinBox<float>)
		.MinValue(Least)
		.MaxValue(Most)
		.MinSliderValue(Least)
		.MaxSliderValue(Most)
		.MaxFractionalDigits(3)
		.IsEnabled(this, &SFaceBridgeRow::CanEdit)
		.Value(this, &SFaceBridgeRow::GetValue)
		.OnBeginSliderMovement(this, &SFaceBridgeRow::HandleDragBegun)
		.OnValueChanged(this, &SFaceBridgeRow::HandleValueChanged)
		.OnEndSliderMovement(this, &SFaceBridgeRow::HandleDragEnded)
		.OnValueCommitted(this, &SFaceBridgeRow::HandleValueCommitted);
}

TSharedRef<SWidget> SFaceBridgeRow::MakeOptions()
{
	return SAssignNew(Options, SFaceBridgeOptions)
		.IsEnabled(this, &SFaceBridgeRow::CanEdit)
		.OnChosen(this, &SFaceBridgeRow::HandleOptionChosen);
}

void SFaceBridgeRow::HandleViewChanged()
{
	const facebridge::PanelRow& Row = GetRow();
	TArray<FString> Labels;
	for (const std::string& Option : Row.options)
	{
		Labels.Add(FaceBridge::ToUnreal(Option));
	}
	Options->Show(Labels, static_cast<int32>(Row.option));
}

float SFaceBridgeRow::GetValue() const
{
	return static_cast<float>(GetRow().value);
}

void SFaceBridgeRow::HandleDragBegun()
{
	bDragging = true;
	Host->BeginGesture(FText::Format(LOCTEXT("Drag", "FaceBridge: {0}"), FaceBridge::ToText(GetRow().label)));
}

void SFaceBridgeRow::HandleValueChanged(float Value)
{
	if (bDragging)
	{
		Set(static_cast<double>(Value), TEXT("drag"));
	}
}

void SFaceBridgeRow::HandleDragEnded(float Value)
{
	if (bDragging)
	{
		Set(static_cast<double>(Value), TEXT("drag"));
		bDragging = false;
		Host->EndGesture();
	}
}

void SFaceBridgeRow::HandleValueCommitted(float Value, ETextCommit::Type How)
{
	// The end of a drag commits as well; only what was typed is a step here.
	if (!bDragging && How != ETextCommit::OnCleared && Value != GetValue())
	{
		Set(static_cast<double>(Value), TEXT(""));
	}
}

void SFaceBridgeRow::HandleOptionChosen(int32 Index)
{
	const facebridge::PanelRow& Row = GetRow();
	const size_t Position = static_cast<size_t>(Index);
	if (Position < Row.options.size())
	{
		const std::string Name = Row.name;
		const std::string Option = Row.options[Position];
		Host->Do([&Name, &Option](facebridge::PanelModel& Panel, std::string& Problem) {
			return Panel.set(Name, Option, "", Problem);
		});
	}
}

void SFaceBridgeRow::Set(double Value, const TCHAR* Gesture)
{
	const std::string Name = GetRow().name;
	const std::string Movement = FaceBridge::ToCore(FString(Gesture));
	Host->Do([&Name, &Movement, Value](facebridge::PanelModel& Panel, std::string& Problem) {
		return Panel.set(Name, Value, Movement.empty() ? Movement : Movement + " " + Name, Problem);
	});
}

FText SFaceBridgeRow::GetConfidence() const
{
	const std::optional<float>& Confidence = GetRow().confidence;
	return Confidence ? FText::AsPercent(*Confidence) : FText::GetEmpty();
}

ECheckBoxState SFaceBridgeRow::GetLock() const
{
	return GetRow().locked ? ECheckBoxState::Checked : ECheckBoxState::Unchecked;
}

void SFaceBridgeRow::SetLock(ECheckBoxState State)
{
	const std::string Name = GetRow().name;
	Host->Do([&Name, State](facebridge::PanelModel& Panel, std::string& Problem) {
		return Panel.set_lock(Name, State == ECheckBoxState::Checked, Problem);
	});
}

EVisibility SFaceBridgeRow::GetResetVisibility() const
{
	return GetRow().changed && !GetRow().locked ? EVisibility::Visible : EVisibility::Hidden;
}

FReply SFaceBridgeRow::Reset()
{
	const std::string Name = GetRow().name;
	Host->Do([&Name](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.reset(Name, false, Problem); });
	return FReply::Handled();
}

bool SFaceBridgeRow::CanEdit() const
{
	return Host->View().may.edit && !GetRow().locked;
}

#undef LOCTEXT_NAMESPACE
