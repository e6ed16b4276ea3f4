// Specs of what the panel needs besides the model: pictures, dropped files, asset names, a local service's lines.

#include "FaceBridgeLocalService.h"
#include "FaceBridgePicture.h"
#include "FaceBridgePresetAssets.h"
#include "Misc/AutomationTest.h"
#include "Widgets/SFaceBridgeAdvice.h"
#include "Widgets/SFaceBridgePhotoArea.h"

#if WITH_DEV_AUTOMATION_TESTS

BEGIN_DEFINE_SPEC(FFaceBridgeEditorToolsSpec, "FaceBridge.Editor.Tools", EAutomationTestFlags::EditorContext | EAutomationTestFlags::ProductFilter)
END_DEFINE_SPEC(FFaceBridgeEditorToolsSpec)

void FFaceBridgeEditorToolsSpec::Define()
{
	Describe(TEXT("A picture of the core"), [this] {
		It(TEXT("becomes blue, green, red and full alpha"), [this] {
			const facebridge::ByteArray Picture{{1, 2, 3}, {1, 2, 3, 40, 50, 60}};
			const TArray<uint8> Bgra = FFaceBridgePicture::ToBgra(Picture);
			TestEqual(TEXT("bytes"), Bgra.Num(), 8);
			TestEqual(TEXT("blue of the first pixel"), static_cast<int32>(Bgra[0]), 3);
			TestEqual(TEXT("red of the first pixel"), static_cast<int32>(Bgra[2]), 1);
			TestEqual(TEXT("blue of the second pixel"), static_cast<int32>(Bgra[4]), 60);
			TestEqual(TEXT("alpha of the second pixel"), static_cast<int32>(Bgra[7]), 255);
		});
		It(TEXT("is not drawn when its shape and its bytes disagree"), [this] {
			TestEqual(TEXT("too few bytes"), FFaceBridgePicture::ToBgra(facebridge::ByteArray{{2, 2, 3}, {1, 2, 3}}).Num(), 0);
			TestEqual(TEXT("no channels"), FFaceBridgePicture::ToBgra(facebridge::ByteArray{{1, 1}, {1}}).Num(), 0);
		});
		It(TEXT("that is missing has no brush"), [this] {
			FFaceBridgePicture Picture;
			TestTrue(TEXT("no brush"), Picture.Show(nullptr) == nullptr);
		});
	});

	Describe(TEXT("Files that are dropped"), [this] {
		It(TEXT("are taken when their endings are those of pictures, whatever their case"), [this] {
			const TArray<FString> Files = {TEXT("C:/a/Ada.JPG"), TEXT("notes.txt"), TEXT("/b/zoe.webp"), TEXT("mesh.fbx"), TEXT("png")};
			const TArray<FString> Taken = SFaceBridgePhotoArea::PicturesAmong(Files);
			TestEqual(TEXT("taken"), Taken.Num(), 2);
			TestEqual(TEXT("the first"), Taken[0], FString(TEXT("C:/a/Ada.JPG")));
		});
	});

	Describe(TEXT("A local service"), [this] {
		It(TEXT("says where it listens in its ready line"), [this] {
			TestEqual(TEXT("address"), FFaceBridgeLocalService::AddressIn(TEXT("facebridge serve: ready on tcp://127.0.0.1:5757")), FString(TEXT("tcp://127.0.0.1:5757")));
			TestTrue(TEXT("any other line"), FFaceBridgeLocalService::AddressIn(TEXT("ready on tcp://127.0.0.1:1")).IsEmpty());
		});
		It(TEXT("is started by a command whose program may be quoted"), [this] {
			FString Program;
			FString Arguments;
			FFaceBridgeLocalService::Split(TEXT(" \"C:/Program Files/facebridge.exe\" serve --threads 2"), Program, Arguments);
			TestEqual(TEXT("program"), Program, FString(TEXT("C:/Program Files/facebridge.exe")));
			TestEqual(TEXT("arguments"), Arguments, FString(TEXT("serve --threads 2")));
			FFaceBridgeLocalService::Split(TEXT("facebridge"), Program, Arguments);
			TestEqual(TEXT("program alone"), Program, FString(TEXT("facebridge")));
			TestTrue(TEXT("no arguments"), Arguments.IsEmpty());
		});
		It(TEXT("that cannot be started says so and does not run"), [this] {
			FFaceBridgeLocalService Service;
			FString Problem;
			TestFalse(TEXT("started without a command"), Service.Start(FString(), Problem));
			TestFalse(TEXT("a sentence"), Problem.IsEmpty());
			TestFalse(TEXT("running"), Service.IsRunning());
		});
	});

	Describe(TEXT("A preset's asset"), [this] {
		It(TEXT("is called as the character, with what assets may not be called left out"), [this] {
			TestEqual(TEXT("name"), FaceBridgePresetAssets::AssetName(TEXT("Ada L./2")), FString(TEXT("Ada_L__2")));
			TestEqual(TEXT("no name"), FaceBridgePresetAssets::AssetName(FString()), FString(TEXT("Character")));
		});
	});

	Describe(TEXT("Advice on a photo"), [this] {
		It(TEXT("says how serious it is, and takes an unknown severity for a note"), [this] {
			const FText Serious = SFaceBridgeAdvice::SeverityText("serious");
			const FText Note = SFaceBridgeAdvice::SeverityText("odd");
			TestFalse(TEXT("the same"), Serious.EqualTo(Note));
			TestTrue(TEXT("a note"), Note.EqualTo(SFaceBridgeAdvice::SeverityText("note")));
		});
	});
}

#endif
