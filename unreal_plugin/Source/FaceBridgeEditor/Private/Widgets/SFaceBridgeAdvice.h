// What people should know of the photo, in plain words: how serious it is shows in the colour.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SCompoundWidget.h"

THIRD_PARTY_INCLUDES_START
#include <string>
THIRD_PARTY_INCLUDES_END

class FFaceBridgePanelHost;
class SVerticalBox;

class SFaceBridgeAdvice : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgeAdvice) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

	static FText SeverityText(const std::string& Severity);

private:
	void HandleViewChanged();

	TSharedPtr<FFaceBridgePanelHost> Host;
	TSharedPtr<SVerticalBox> Box;
	TArray<FString> Shown;
};
