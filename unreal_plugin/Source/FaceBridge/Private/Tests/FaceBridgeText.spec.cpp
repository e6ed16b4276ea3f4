// Text keeps its letters on the way to the core and back.

#include "FaceBridgeText.h"
#include "Misc/AutomationTest.h"

#if WITH_DEV_AUTOMATION_TESTS

BEGIN_DEFINE_SPEC(FFaceBridgeTextSpec, "FaceBridge.Runtime.Text", EAutomationTestFlags::EditorContext | EAutomationTestFlags::ClientContext | EAutomationTestFlags::ServerContext | EAutomationTestFlags::CommandletContext | EAutomationTestFlags::ProductFilter)
END_DEFINE_SPEC(FFaceBridgeTextSpec)

void FFaceBridgeTextSpec::Define()
{
	Describe(TEXT("Text that crosses to the core"), [this]() {
		It(TEXT("comes back as it was, whatever its letters"), [this]() {
			const FString Text = TEXT("Gl\u00e4nze \u9aa8 nose.width");
			TestEqual(TEXT("text"), FaceBridge::ToUnreal(FaceBridge::ToCore(Text)), Text);
			TestEqual(TEXT("bytes"), FaceBridge::FromBytes(FaceBridge::ToBytes(Text)), Text);
		});

		It(TEXT("is UTF-8 there"), [this]() {
			TestEqual(TEXT("bytes of an umlaut"), static_cast<int32>(FaceBridge::ToCore(FString(TEXT("\u00e4"))).size()), 2);
		});

		It(TEXT("may be empty"), [this]() {
			TestTrue(TEXT("empty"), FaceBridge::ToCore(FString()).empty());
			TestTrue(TEXT("empty again"), FaceBridge::ToUnreal(std::string()).IsEmpty());
		});
	});
}

#endif
