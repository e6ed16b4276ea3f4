// Automation specs: Describe, It and the typed comparisons that they make.

#pragma once

#include "CoreMinimal.h"
#include "Misc/EngineVersionComparison.h"

#if ENGINE_MINOR_VERSION < 5
struct EAutomationTestFlags // C120
{
	enum Type // C120
	{
		EditorContext = 1, ClientContext = 2, ServerContext = 4, CommandletContext = 8, ProgramContext = 16, // C120
		ApplicationContextMask = EditorContext | ClientContext | ServerContext | CommandletContext | ProgramContext, // C120
		NonNullRHI = 0x100, SmokeFilter = 0x1000000, EngineFilter = 0x2000000, ProductFilter = 0x4000000, // C120
	};
};
using StubAutomationFlags = uint32; // C120
#else
enum class EAutomationTestFlags : uint32 // C120
{
	None = 0, EditorContext = 1, ClientContext = 2, ServerContext = 4, CommandletContext = 8, ProgramContext = 16, // C120
	NonNullRHI = 0x100, SmokeFilter = 0x1000000, EngineFilter = 0x2000000, ProductFilter = 0x4000000, // C120
};
constexpr EAutomationTestFlags operator|(EAutomationTestFlags A, EAutomationTestFlags B) { return static_cast<EAutomationTestFlags>(static_cast<uint32>(A) | static_cast<uint32>(B)); } // C120
inline constexpr EAutomationTestFlags EAutomationTestFlags_ApplicationContextMask = static_cast<EAutomationTestFlags>(31); // C120
using StubAutomationFlags = EAutomationTestFlags; // C120
#endif
namespace EAutomationExpectedErrorFlags
{
	enum MatchType { Contains, Exact }; // C121
}
class FAutomationTestBase // C121
{
public:
	FAutomationTestBase(const FString& Name, bool bComplexTask); // C121
	virtual ~FAutomationTestBase(); // C121
	bool TestTrue(const TCHAR* What, bool bValue); // C121
	bool TestTrue(const FString& What, bool bValue); // C121
	bool TestFalse(const TCHAR* What, bool bValue); // C121
	bool TestFalse(const FString& What, bool bValue); // C121
	bool TestEqual(const TCHAR* What, int32 Actual, int32 Expected); // C121
	bool TestEqual(const TCHAR* What, int64 Actual, int64 Expected); // C121
	bool TestEqual(const TCHAR* What, float Actual, float Expected, float Tolerance = UE_KINDA_SMALL_NUMBER); // C121
	bool TestEqual(const TCHAR* What, double Actual, double Expected, double Tolerance = UE_KINDA_SMALL_NUMBER); // C121
	bool TestEqual(const TCHAR* What, const FString& Actual, const FString& Expected); // C121
	template <typename T> bool TestEqual(const TCHAR* What, const T& Actual, const T& Expected); // C121
	template <typename T> bool TestNotEqual(const TCHAR* What, const T& Actual, const T& Expected); // C121
	template <typename T> bool TestNotNull(const TCHAR* What, const T* Pointer); // C121
	template <typename T> bool TestNull(const TCHAR* What, const T* Pointer); // C121
	template <typename T> bool TestValid(const TCHAR* What, const TSharedPtr<T>& Pointer); // C121
	void AddError(const FString& Text, int32 StackOffset = 0); // C121
	void AddInfo(const FString& Text, int32 StackOffset = 0); // C121
	void AddWarning(const FString& Text, int32 StackOffset = 0); // C121
	void AddExpectedError(FString Pattern, EAutomationExpectedErrorFlags::MatchType Match = EAutomationExpectedErrorFlags::Contains, int32 Occurrences = 1, bool bIsRegex = true); // C121
	virtual bool RunTest(const FString& Parameters) = 0; // C121
	virtual FString GetBeautifiedTestName() const = 0; // C121
	virtual StubAutomationFlags GetTestFlags() const = 0; // C121
};
class FDoneDelegate : public FSimpleDelegate {}; // C122
class FAutomationSpecBase : public FAutomationTestBase // C122
{
public:
	using FAutomationTestBase::FAutomationTestBase; // C122
	virtual void Define() = 0; // C122
	virtual bool RunTest(const FString& Parameters) override; // C122
	void Describe(const FString& Text, TFunction<void()> DoWork); // C122
	void It(const FString& Text, TFunction<void()> DoWork); // C122
	void xIt(const FString& Text, TFunction<void()> DoWork); // C122
	void LatentIt(const FString& Text, TFunction<void(const FDoneDelegate&)> DoWork); // C122
	void BeforeEach(TFunction<void()> DoWork); // C122
	void AfterEach(TFunction<void()> DoWork); // C122
};
#define BEGIN_DEFINE_SPEC(TClass, PrettyName, TFlags) \
	class TClass : public FAutomationSpecBase \
	{ \
	public: \
		TClass(const FString& Name) : FAutomationSpecBase(Name, false) {} \
		virtual FString GetBeautifiedTestName() const override { return FString(TEXT(PrettyName)); } \
		virtual StubAutomationFlags GetTestFlags() const override { return TFlags; } \
		virtual void Define() override; // C123
#define END_DEFINE_SPEC(TClass) }; extern TClass StubSpec##TClass; TClass StubSpec##TClass(FString(TEXT(#TClass))); // C123
#define DEFINE_SPEC(TClass, PrettyName, TFlags) BEGIN_DEFINE_SPEC(TClass, PrettyName, TFlags) END_DEFINE_SPEC(TClass) // C123
#define IMPLEMENT_SIMPLE_AUTOMATION_TEST(TClass, PrettyName, TFlags) \
	class TClass : public FAutomationTestBase \
	{ \
	public: \
		TClass(const FString& Name) : FAutomationTestBase(Name, false) {} \
		virtual FString GetBeautifiedTestName() const override { return FString(TEXT(PrettyName)); } \
		virtual StubAutomationFlags GetTestFlags() const override { return TFlags; } \
		virtual bool RunTest(const FString& Parameters) override; \
	}; \
	extern TClass StubTest##TClass; TClass StubTest##TClass(FString(TEXT(#TClass))); // C123
