// The macros that the header tool reads, and object flags; X.generated.h includes this, as the real one does.

#pragma once

#include "CoreTypes.h"

#define UCLASS(...) // C72
#define USTRUCT(...) // C72
#define UENUM(...) // C72
#define UINTERFACE(...) // C72
#define UPROPERTY(...) // C72
#define UFUNCTION(...) // C72
#define UPARAM(...) // C72
#define UMETA(...) // C72
#define UDELEGATE(...) // C72
// The header tool writes a body per class and line: the wrong .generated.h, or none, leaves a name that is not declared.
#define BODY_MACRO_COMBINE_INNER(A, B, C, D) A##B##C##D // C73
#define BODY_MACRO_COMBINE(A, B, C, D) BODY_MACRO_COMBINE_INNER(A, B, C, D) // C73
#define GENERATED_BODY(...) BODY_MACRO_COMBINE(CURRENT_FILE_ID, _, __LINE__, _GENERATED_BODY) // C73
#define GENERATED_UCLASS_BODY(...) BODY_MACRO_COMBINE(CURRENT_FILE_ID, _, __LINE__, _GENERATED_BODY) // C73

// The body of an engine class in these headers.
#define STUB_CLASS_BODY(TClass, TSuper) public: using Super = TSuper; using ThisClass = TClass; static UClass* StaticClass(); // C73
#define STUB_STRUCT_BODY(TStruct) static UScriptStruct* StaticStruct(); // C73

enum EObjectFlags : uint32 { RF_NoFlags = 0, RF_Public = 1, RF_Standalone = 2, RF_Transactional = 8, RF_ClassDefaultObject = 16, RF_ArchetypeObject = 32, RF_Transient = 64 }; // C74
constexpr EObjectFlags operator|(EObjectFlags A, EObjectFlags B) { return static_cast<EObjectFlags>(static_cast<uint32>(A) | static_cast<uint32>(B)); } // C74
template <typename TEnum> class TEnumAsByte // C75
{
public:
	TEnumAsByte(); // C75
	TEnumAsByte(TEnum Value); // C75
	operator TEnum() const; // C75
	TEnum GetValue() const; // C75
};
#define ENUM_CLASS_FLAGS(Enum) \
	constexpr Enum operator|(Enum A, Enum B) { return static_cast<Enum>(static_cast<std::underlying_type_t<Enum>>(A) | static_cast<std::underlying_type_t<Enum>>(B)); } \
	constexpr Enum operator&(Enum A, Enum B) { return static_cast<Enum>(static_cast<std::underlying_type_t<Enum>>(A) & static_cast<std::underlying_type_t<Enum>>(B)); } \
	constexpr bool operator!(Enum A) { return static_cast<std::underlying_type_t<Enum>>(A) == 0; } // C75
template <typename TEnum> constexpr bool EnumHasAnyFlags(TEnum Flags, TEnum Contains); // C75

class UObject; // C76
class UClass; // C76
class UScriptStruct; // C76
class UEnum; // C76
