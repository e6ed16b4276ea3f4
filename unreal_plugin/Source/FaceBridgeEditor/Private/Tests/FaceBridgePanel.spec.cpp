// Specs of the panel in the editor: its texts without a service, live apply, and one history of undo.

#include "Editor.h"
#include "FaceBridgeCharacterComponent.h"
#include "FaceBridgePanelHost.h"
#include "FaceBridgeRigMap.h"
#include "FaceBridgeSelection.h"
#include "FaceBridgeText.h"
#include "Framework/Docking/TabManager.h"
#include "Misc/AutomationTest.h"
#include "UObject/Package.h"
#include "UObject/StrongObjectPtr.h"
#include "Widgets/SFaceBridgePanel.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Schema.h"
THIRD_PARTY_INCLUDES_END

#if WITH_DEV_AUTOMATION_TESTS

BEGIN_DEFINE_SPEC(FFaceBridgePanelSpec, "FaceBridge.Editor.Panel", EAutomationTestFlags::EditorContext | EAutomationTestFlags::ProductFilter)
	facebridge::Schema Schema;
	TStrongObjectPtr<UFaceBridgeCharacterComponent> Component;
	bool ReadSchema();
	void MakeComponent();
END_DEFINE_SPEC(FFaceBridgePanelSpec)

bool FFaceBridgePanelSpec::ReadSchema()
{
	const FString Json = TEXT("{\"character\": \"tiny\", \"version\": \"1\", \"parameters\": [{\"name\": \"nose.width\", \"group\": \"nose\", ")
		TEXT("\"label\": \"Nose width\", \"description\": \"Of the wings\", \"minimum\": -1, \"maximum\": 1, \"default\": 0, \"kind\": \"shape\"}], \"choices\": []}");
	std::string Problem;
	return TestTrue(TEXT("the schema is read"), facebridge::read_schema(FaceBridge::ToBytes(Json), Schema, Problem));
}

void FFaceBridgePanelSpec::MakeComponent()
{
	UFaceBridgeCharacterComponent* Made = NewObject<UFaceBridgeCharacterComponent>(GetTransientPackage(), NAME_None, RF_Transactional);
	UFaceBridgeRigMap* Map = NewObject<UFaceBridgeRigMap>(Made, NAME_None, RF_Transactional);
	Map->SchemaJson = FaceBridge::FromBytes(Schema.source);
	Map->SchemaHash = FaceBridge::ToUnreal(Schema.hash);
	Made->RigMap = Map;
	Component.Reset(Made);
}

void FFaceBridgePanelSpec::Define()
{
	Describe(TEXT("The panel"), [this] {
		It(TEXT("is announced as a tab"), [this] {
			TestTrue(TEXT("known to the tabs"), FGlobalTabmanager::Get()->HasTabSpawner(FName(TEXT("FaceBridgePanel"))));
		});
		It(TEXT("says that it is offline, and what to do, before there is a service"), [this] {
			const TSharedRef<FFaceBridgePanelHost> Host = MakeShared<FFaceBridgePanelHost>();
			const TSharedPtr<SWidget> Panel = SNew(SFaceBridgePanel, Host);
			TestValid(TEXT("the widgets"), Panel);
			TestTrue(TEXT("offline"), FaceBridge::ToUnreal(Host->View().status).StartsWith(TEXT("Offline")));
			TestFalse(TEXT("why there are no sliders"), Host->View().empty.empty());
			TestFalse(TEXT("photos can be read"), Host->View().may.import_photo);
		});
		It(TEXT("shows a refusal of the model in words"), [this] {
			const TSharedRef<FFaceBridgePanelHost> Host = MakeShared<FFaceBridgePanelHost>();
			TestFalse(TEXT("refined"), Host->Do([](facebridge::PanelModel& Model, std::string& Problem) { return Model.refine(5, Problem); }));
			TestTrue(TEXT("failed"), Host->View().failed);
			TestFalse(TEXT("a sentence"), Host->View().message.empty());
		});
	});

	Describe(TEXT("A character of the panel"), [this] {
		BeforeEach([this] {
			if (ReadSchema())
			{
				MakeComponent();
			}
		});
		It(TEXT("is put onto the selected component, and undo takes it back"), [this] {
			FFaceBridgeSelection Selection;
			Selection.Select(Component.Get());
			std::string Problem;
			facebridge::Character Character = facebridge::neutral_character(Schema);
			TestTrue(TEXT("neutral"), Selection.apply(Schema, Character, "import", Problem));
			Character.parameters[0] = 0.5f;
			TestTrue(TEXT("put on"), Selection.apply(Schema, Character, "Nose width +0.50", Problem));
			TestEqual(TEXT("the value"), Component->GetParameter(FName(TEXT("nose.width"))), 0.5f);
			GEditor->UndoTransaction();
			TestEqual(TEXT("after undo"), Component->GetParameter(FName(TEXT("nose.width"))), 0.0f);
		});
		It(TEXT("that changes elsewhere is told of, and one that the panel changes is not"), [this] {
			FFaceBridgeSelection Selection;
			int32 Told = 0;
			Selection.Select(Component.Get());
			Selection.OnOtherValues.BindLambda([&Told] { ++Told; });
			std::string Problem;
			Selection.apply(Schema, facebridge::neutral_character(Schema), "import", Problem);
			TestEqual(TEXT("by the panel"), Told, 0);
			Component->SetParameter(FName(TEXT("nose.width")), 1.0f);
			TestEqual(TEXT("by Blueprint"), Told, 1);
		});
		It(TEXT("stays in the panel while nothing is selected"), [this] {
			FFaceBridgeSelection Selection;
			std::string Problem;
			TestTrue(TEXT("taken"), Selection.apply(Schema, facebridge::neutral_character(Schema), "import", Problem));
			TestTrue(TEXT("nothing is selected"), Selection.Get() == nullptr);
		});
		AfterEach([this] { Component.Reset(); });
	});
}

#endif
