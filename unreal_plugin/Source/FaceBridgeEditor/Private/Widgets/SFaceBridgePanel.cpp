// Only puts the parts below each other; each part knows what it shows.

#include "Widgets/SFaceBridgePanel.h"

#include "FaceBridgePanelHost.h"
#include "Widgets/Layout/SScrollBox.h"
#include "Widgets/Layout/SSeparator.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/SFaceBridgeAdvice.h"
#include "Widgets/SFaceBridgeCompare.h"
#include "Widgets/SFaceBridgeGroups.h"
#include "Widgets/SFaceBridgePhotoArea.h"
#include "Widgets/SFaceBridgePresets.h"
#include "Widgets/SFaceBridgeReading.h"
#include "Widgets/SFaceBridgeService.h"

void SFaceBridgePanel::Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost)
{
	Host = InHost;
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight().Padding(6.0f, 4.0f)
		[
			SNew(SFaceBridgeService, InHost)
		]
		+ SVerticalBox::Slot().FillHeight(1.0f)
		[
			SNew(SScrollBox)
			+ SScrollBox::Slot().Padding(6.0f, 2.0f)
			[
				SNew(SFaceBridgePhotoArea, InHost)
			]
			+ SScrollBox::Slot().Padding(6.0f, 2.0f)
			[
				SNew(SFaceBridgeAdvice, InHost)
			]
			+ SScrollBox::Slot().Padding(6.0f, 2.0f)
			[
				SNew(SFaceBridgeReading, InHost)
			]
			+ SScrollBox::Slot().Padding(6.0f, 2.0f)
			[
				SNew(SFaceBridgeCompare, InHost)
			]
			+ SScrollBox::Slot().Padding(0.0f, 4.0f)
			[
				SNew(SSeparator).Orientation(Orient_Horizontal)
			]
			+ SScrollBox::Slot().Padding(6.0f, 2.0f)
			[
				SNew(SFaceBridgePresets, InHost)
			]
			+ SScrollBox::Slot().Padding(6.0f, 2.0f)
			[
				SNew(SFaceBridgeGroups, InHost)
			]
		]
	];
}
