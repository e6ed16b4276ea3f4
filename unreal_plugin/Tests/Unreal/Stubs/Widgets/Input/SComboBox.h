// SComboBox: one of several options, each a shared pointer.

#pragma once

#include "Widgets/SWidget.h"

template <typename TOption> class SComboBox : public SWidget // S33
{
public:
	using FOnGenerateWidget = TDelegate<TSharedRef<SWidget>(TOption)>; // S33
	using FOnSelectionChanged = TDelegate<void(TOption, ESelectInfo::Type)>; // S33
	SLATE_BEGIN_ARGS(SComboBox<TOption>) {} // S33
		SLATE_DEFAULT_SLOT(FArguments, Content) // S33
		SLATE_ARGUMENT(const TArray<TOption>*, OptionsSource) // S33
		SLATE_EVENT(FOnGenerateWidget, OnGenerateWidget) // S33
		SLATE_EVENT(FOnSelectionChanged, OnSelectionChanged) // S33
		SLATE_ARGUMENT(TOption, InitiallySelectedItem) // S33
	SLATE_END_ARGS() // S33
	void Construct(const FArguments& Args); // S33
	void RefreshOptions(); // S33
	void SetSelectedItem(TOption Item); // S33
	void ClearSelection(); // S33
	TOption GetSelectedItem(); // S33
};
