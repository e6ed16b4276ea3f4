// Through IDesktopPlatform, which is missing where there is no desktop: then nothing is chosen.

#include "FaceBridgeFileDialog.h"

#include "DesktopPlatformModule.h"
#include "FaceBridgeText.h"
#include "Framework/Application/SlateApplication.h"
#include "IDesktopPlatform.h"
#include "Misc/Paths.h"

std::vector<std::string> FFaceBridgeFileDialog::ask(const facebridge::FileQuestion& Question)
{
	IDesktopPlatform* Desktop = FDesktopPlatformModule::Get();
	if (Desktop == nullptr || !FSlateApplication::IsInitialized())
	{
		return {};
	}
	TArray<FString> Patterns;
	for (const std::string& Ending : Question.endings)
	{
		Patterns.Add(TEXT("*.") + FaceBridge::ToUnreal(Ending));
	}
	const FString Pattern = FString::Join(Patterns, TEXT(";"));
	const FString Types = FaceBridge::ToUnreal(Question.what) + TEXT(" (") + Pattern + TEXT(")|") + Pattern;
	const FString Title = FaceBridge::ToUnreal(Question.title);
	const FString Proposed = FaceBridge::ToUnreal(Question.proposed);
	const void* Window = FSlateApplication::Get().FindBestParentWindowHandleForDialogs(nullptr);
	const uint32 Flags = Question.several ? EFileDialogFlags::Multiple : EFileDialogFlags::None;

	TArray<FString> Files;
	const bool bChosen = Question.saving
		? Desktop->SaveFileDialog(Window, Title, Folder, Proposed, Types, Flags, Files)
		: Desktop->OpenFileDialog(Window, Title, Folder, Proposed, Types, Flags, Files);
	std::vector<std::string> Paths;
	for (const FString& File : Files)
	{
		if (bChosen)
		{
			Paths.push_back(FaceBridge::ToCore(FPaths::ConvertRelativePathToFull(File)));
			Folder = FPaths::GetPath(File);
		}
	}
	return Paths;
}
