// The icon is a vector file in the plugin's Resources, so that it is sharp at every scale.

#include "FaceBridgeEditorStyle.h"

#include "Brushes/SlateImageBrush.h"
#include "Interfaces/IPluginManager.h"
#include "Styling/SlateStyle.h"
#include "Styling/SlateStyleRegistry.h"

FFaceBridgeEditorStyle::FFaceBridgeEditorStyle()
	: Style(MakeShared<FSlateStyleSet>(GetName()))
{
	const TSharedPtr<IPlugin> Plugin = IPluginManager::Get().FindPlugin(TEXT("FaceBridge"));
	if (Plugin.IsValid())
	{
		Style->SetContentRoot(Plugin->GetBaseDir() / TEXT("Resources"));
		const FString File = Style->RootToContentDir(TEXT("FaceBridgeIcon"), TEXT(".svg"));
		Style->Set(GetIcon(), new FSlateVectorImageBrush(File, FVector2D(20.0, 20.0)));
		Style->Set(FName(TEXT("FaceBridge.OpenPanel.Small")), new FSlateVectorImageBrush(File, FVector2D(16.0, 16.0)));
	}
	FSlateStyleRegistry::RegisterSlateStyle(*Style);
}

FFaceBridgeEditorStyle::~FFaceBridgeEditorStyle()
{
	FSlateStyleRegistry::UnRegisterSlateStyle(*Style);
}

FName FFaceBridgeEditorStyle::GetName()
{
	return FName(TEXT("FaceBridgeEditorStyle"));
}

FName FFaceBridgeEditorStyle::GetIcon()
{
	return FName(TEXT("FaceBridge.OpenPanel")); // Commands find their icon by context and name.
}
