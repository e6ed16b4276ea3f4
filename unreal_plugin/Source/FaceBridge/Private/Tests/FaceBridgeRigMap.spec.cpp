// A rig map keeps its schema and bindings, follows edits, and says in words what it lacks.

#include "FaceBridgeRigMap.h"
#include "FaceBridgeTestSchema.h"
#include "Misc/AutomationTest.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Rig.h"
THIRD_PARTY_INCLUDES_END

#if WITH_DEV_AUTOMATION_TESTS

BEGIN_DEFINE_SPEC(FFaceBridgeRigMapSpec, "FaceBridge.Runtime.RigMap", EAutomationTestFlags::EditorContext | EAutomationTestFlags::ClientContext | EAutomationTestFlags::ServerContext | EAutomationTestFlags::CommandletContext | EAutomationTestFlags::ProductFilter)
END_DEFINE_SPEC(FFaceBridgeRigMapSpec)

void FFaceBridgeRigMapSpec::Define()
{
	Describe(TEXT("A rig map"), [this]() {
		It(TEXT("without a schema says that it has to be built"), [this]() {
			const UFaceBridgeRigMap* Map = NewObject<UFaceBridgeRigMap>();
			FString Problem;
			TestNull(TEXT("schema"), Map->GetSchema(Problem));
			TestTrue(TEXT("words"), Problem.Contains(TEXT("has no schema")));
		});

		It(TEXT("reads its schema and hands on its bindings"), [this]() {
			UFaceBridgeRigMap* Map = NewObject<UFaceBridgeRigMap>();
			Map->SchemaJson = FaceBridgeTests::SchemaJson();
			FFaceBridgeBinding& Binding = Map->Bindings.AddDefaulted_GetRef();
			Binding.Parameter = TEXT("nose.width");
			Binding.Name = TEXT("NoseWidth");
			Binding.Half = EFaceBridgeHalf::High;
			FString Problem;
			const facebridge::Schema* Schema = Map->GetSchema(Problem);
			if (TestNotNull(TEXT("schema"), Schema))
			{
				facebridge::Character Character = facebridge::neutral_character(*Schema);
				Character.parameters[0] = 0.5f;
				const facebridge::RigPose Pose = facebridge::evaluate(Map->GetRig(), *Schema, Character);
				TestEqual(TEXT("morph targets"), static_cast<int32>(Pose.morphs.size()), 1);
				TestEqual(TEXT("weight"), Pose.morphs[0].value, 0.5);
			}
		});

		It(TEXT("refuses to be built without a mesh, and changes nothing then"), [this]() {
			UFaceBridgeRigMap* Map = NewObject<UFaceBridgeRigMap>();
			Map->SchemaJson = FaceBridgeTests::SchemaJson();
			FString Problem;
			TestFalse(TEXT("built"), Map->BuildFromSchemaFile(nullptr, FString(), Problem));
			TestTrue(TEXT("words"), Problem.Contains(TEXT("no skeletal mesh")));
			TestFalse(TEXT("imported"), Map->ImportRigFile(TEXT("gone.json"), nullptr, Problem));
			TestEqual(TEXT("bindings"), Map->Bindings.Num(), 0);
		});

		It(TEXT("says in its remarks why it could not be built"), [this]() {
			UFaceBridgeRigMap* Map = NewObject<UFaceBridgeRigMap>();
			AddExpectedError(TEXT("has no schema"), EAutomationExpectedErrorFlags::Contains, 1);
			TestFalse(TEXT("built"), Map->Rebuild());
			TestEqual(TEXT("remarks"), Map->Remarks.Num(), 1);
		});

		It(TEXT("has an empty inventory to offer for no mesh but the controls it is given"), [this]() {
			const facebridge::RigInventory Inventory = UFaceBridgeRigMap::TakeInventory(nullptr, {TEXT("CTRL_nose")});
			TestEqual(TEXT("controls"), static_cast<int32>(Inventory.controls.size()), 1);
			TestTrue(TEXT("morph targets"), Inventory.morphs.empty());
		});
	});
}

#endif
