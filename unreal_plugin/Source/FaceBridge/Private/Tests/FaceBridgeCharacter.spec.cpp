// A character component keeps values within their schema, tells its listeners, and refuses in silence to the eye.

#include "FaceBridgeCharacterComponent.h"
#include "FaceBridgePreset.h"
#include "FaceBridgeRigMap.h"
#include "FaceBridgeTestSchema.h"
#include "FaceBridgeText.h"
#include "Misc/AutomationTest.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/Character.h"
THIRD_PARTY_INCLUDES_END

#if WITH_DEV_AUTOMATION_TESTS

BEGIN_DEFINE_SPEC(FFaceBridgeCharacterSpec, "FaceBridge.Runtime.Character", EAutomationTestFlags::EditorContext | EAutomationTestFlags::ClientContext | EAutomationTestFlags::ServerContext | EAutomationTestFlags::CommandletContext | EAutomationTestFlags::ProductFilter)
	static UFaceBridgeCharacterComponent* MakeCharacter();
END_DEFINE_SPEC(FFaceBridgeCharacterSpec)

UFaceBridgeCharacterComponent* FFaceBridgeCharacterSpec::MakeCharacter()
{
	UFaceBridgeCharacterComponent* Component = NewObject<UFaceBridgeCharacterComponent>();
	UFaceBridgeRigMap* Map = NewObject<UFaceBridgeRigMap>(Component);
	Map->SchemaJson = FaceBridgeTests::SchemaJson();
	FString Problem;
	if (const facebridge::Schema* Schema = Map->GetSchema(Problem))
	{
		Map->SchemaHash = FaceBridge::ToUnreal(Schema->hash);
	}
	Component->Modify();
	Component->RigMap = Map;
	return Component;
}

void FFaceBridgeCharacterSpec::Define()
{
	Describe(TEXT("A FaceBridge character"), [this]() {
		It(TEXT("knows the parameters of its rig map and has their defaults"), [this]() {
			const UFaceBridgeCharacterComponent* Component = MakeCharacter();
			TestEqual(TEXT("names"), Component->GetParameterNames().Num(), 2);
			TestEqual(TEXT("default"), Component->GetParameter(TEXT("skin.gloss")), 1.0f);
			TestEqual(TEXT("unknown"), Component->GetParameter(TEXT("ear.width")), 0.0f);
		});

		It(TEXT("takes a value, clamped to its range, and says so to whoever listens"), [this]() {
			UFaceBridgeCharacterComponent* Component = MakeCharacter();
			int32 Told = 0;
			Component->OnCharacterChanged.AddLambda([&Told]() { ++Told; });
			TestTrue(TEXT("set"), Component->SetParameter(TEXT("nose.width"), 7.0f));
			TestEqual(TEXT("clamped"), Component->GetParameter(TEXT("nose.width")), 1.0f);
			TestEqual(TEXT("told"), Told, 1);
			TestEqual(TEXT("choices"), Component->Choices.Num(), 1);
		});

		It(TEXT("refuses a parameter that it does not have, with a line in the log"), [this]() {
			UFaceBridgeCharacterComponent* Component = MakeCharacter();
			AddExpectedError(TEXT("has no such parameter"), EAutomationExpectedErrorFlags::Contains, 1);
			TestFalse(TEXT("set"), Component->SetParameter(TEXT("ear.width"), 0.5f));
			TestEqual(TEXT("values"), Component->Parameters.Num(), 0);
		});

		It(TEXT("refuses as many values as its schema does not have"), [this]() {
			UFaceBridgeCharacterComponent* Component = MakeCharacter();
			AddExpectedError(TEXT("The character has 1 parameters"), EAutomationExpectedErrorFlags::Contains, 1);
			TestFalse(TEXT("applied"), Component->ApplyParameters({0.5f}));
			TestTrue(TEXT("applied"), Component->ApplyParameters({0.5f, 2.0f}));
			TestEqual(TEXT("value"), Component->GetParameter(TEXT("skin.gloss")), 2.0f);
		});

		It(TEXT("refuses a character of another schema with both hashes"), [this]() {
			UFaceBridgeCharacterComponent* Component = MakeCharacter();
			FString Problem;
			facebridge::Schema Other = *Component->RigMap->GetSchema(Problem);
			Other.hash = std::string(64, 'a');
			TestFalse(TEXT("applied"), Component->ApplyCharacter(Other, facebridge::neutral_character(Other), Problem));
			TestTrue(TEXT("words"), Problem.Contains(TEXT("aaaaaaaaaaaa")));
		});

		It(TEXT("gives back what it was given, and nothing of another schema"), [this]() {
			UFaceBridgeCharacterComponent* Component = MakeCharacter();
			FString Problem;
			const facebridge::Schema Schema = *Component->RigMap->GetSchema(Problem);
			facebridge::Character Character = facebridge::neutral_character(Schema);
			Character.parameters[0] = -0.25f;
			TestTrue(TEXT("applied"), Component->ApplyCharacter(Schema, Character, Problem));
			facebridge::Character Back;
			TestTrue(TEXT("read"), Component->ReadCharacter(Schema, Back));
			TestTrue(TEXT("the same"), Back == Character);
			facebridge::Schema Other = Schema;
			Other.hash = std::string(64, 'b');
			TestFalse(TEXT("read"), Component->ReadCharacter(Other, Back));
		});

		It(TEXT("reads a preset that the command line wrote"), [this]() {
			UFaceBridgeCharacterComponent* Component = MakeCharacter();
			UFaceBridgePreset* Preset = NewObject<UFaceBridgePreset>();
			Preset->PresetJson = TEXT("{\"format\": \"facebridge-parameters\", \"version\": 1, \"parameters\": {\"nose.width\": 0.75, \"skin.gloss\": 3}, \"choices\": {\"hair.style\": \"short\"}}");
			TestTrue(TEXT("applied"), Component->ApplyPreset(Preset));
			TestEqual(TEXT("value"), Component->GetParameter(TEXT("nose.width")), 0.75f);
			TestEqual(TEXT("choice"), static_cast<int32>(Component->Choices[0]), 0);
		});
	});
}

#endif
