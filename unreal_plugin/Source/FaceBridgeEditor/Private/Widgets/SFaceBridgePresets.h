// The character's name, undo and redo, and presets: files as the command line's, and assets of the project.

#pragma once

#include "CoreMinimal.h"
#include "UObject/WeakObjectPtr.h"
#include "Widgets/SCompoundWidget.h"

class FFaceBridgePanelHost;
class UFaceBridgePreset;
struct FAssetData;

class SFaceBridgePresets : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SFaceBridgePresets) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs, TSharedRef<FFaceBridgePanelHost> InHost);

private:
	TSharedRef<SWidget> MakeHistory();
	TSharedRef<SWidget> MakeFiles();
	TSharedRef<SWidget> MakeAssets();
	FString GetAssetPath() const;
	void HandleAssetChosen(const FAssetData& Asset);
	FReply SaveAsset();
	FReply OpenAsset();

	TSharedPtr<FFaceBridgePanelHost> Host;
	TWeakObjectPtr<UFaceBridgePreset> Preset;
};
