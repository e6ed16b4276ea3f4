// SWidget: what every widget can be asked and told.

#pragma once

#include "Input/DragAndDrop.h"
#include "Input/Reply.h"
#include "Layout/Geometry.h"
#include "Layout/Margin.h"
#include "Widgets/DeclarativeSyntaxSupport.h"

class SWidget : public TSharedFromThis<SWidget> // S21
{
public:
	virtual ~SWidget(); // S21
	void SetEnabled(TAttribute<bool> Enabled); // S21
	void SetVisibility(TAttribute<EVisibility> Visibility); // S21
	void SetToolTipText(const TAttribute<FText>& Text); // S21
	bool IsHovered() const; // S21
	virtual FReply OnDragOver(const FGeometry& Geometry, const FDragDropEvent& Event); // S22
	virtual FReply OnDrop(const FGeometry& Geometry, const FDragDropEvent& Event); // S22
	virtual void OnDragEnter(const FGeometry& Geometry, const FDragDropEvent& Event); // S22
	virtual void OnDragLeave(const FDragDropEvent& Event); // S22
};
