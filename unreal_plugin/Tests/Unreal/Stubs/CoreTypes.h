// Types and macros under everything: fixed-width integers, TCHAR as char16_t so that narrow text does not pass, TEXT().

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

using uint8 = std::uint8_t; // C1
using uint16 = std::uint16_t; // C1
using uint32 = std::uint32_t; // C1
using uint64 = unsigned long long; // C1
using int8 = std::int8_t; // C1
using int16 = std::int16_t; // C1
using int32 = std::int32_t; // C1
using int64 = long long; // C1
using UPTRINT = std::uintptr_t; // C1
using SIZE_T = std::size_t; // C1
using ANSICHAR = char; // C2
using WIDECHAR = char16_t; // C2
using TCHAR = char16_t; // C2
enum UTF8CHAR : unsigned char {}; // C2

#define TEXT_PASTE(x) u##x // C3
#define TEXT(x) TEXT_PASTE(x) // C3

#define FORCEINLINE inline // C4
#define UE_DEPRECATED(Version, Message) [[deprecated(Message)]] // C4
#define PRAGMA_DISABLE_DEPRECATION_WARNINGS _Pragma("GCC diagnostic push") // C4
#define PRAGMA_ENABLE_DEPRECATION_WARNINGS _Pragma("GCC diagnostic pop") // C4
#define THIRD_PARTY_INCLUDES_START _Pragma("GCC diagnostic push") // C5
#define THIRD_PARTY_INCLUDES_END _Pragma("GCC diagnostic pop") // C5
#define UE_ARRAY_COUNT(Array) (sizeof(Array) / sizeof((Array)[0])) // C4
#define UE_NONCOPYABLE(TypeName) \
	TypeName(TypeName&&) = delete; TypeName(const TypeName&) = delete; \
	TypeName& operator=(const TypeName&) = delete; TypeName& operator=(TypeName&&) = delete; // C4

inline constexpr int32 INDEX_NONE = -1; // C6
inline constexpr uint8 MAX_uint8 = 0xff; // C6
inline constexpr int32 MAX_int32 = 0x7fffffff; // C6
inline constexpr uint32 MAX_uint32 = 0xffffffff; // C6
enum EForceInit { ForceInit, ForceInitToZero }; // C6
enum ENoInit { NoInit }; // C6
struct FNoncopyable { FNoncopyable() = default; UE_NONCOPYABLE(FNoncopyable) }; // C4

#ifndef PLATFORM_WINDOWS
#define PLATFORM_WINDOWS 0 // C7
#endif
#ifndef PLATFORM_LINUX
#define PLATFORM_LINUX 1 // C7
#endif
#ifndef PLATFORM_MAC
#define PLATFORM_MAC 0 // C7
#endif
#define UE_BUILD_SHIPPING 0 // C7
#define WITH_EDITORONLY_DATA WITH_EDITOR // C7
#define WITH_DEV_AUTOMATION_TESTS 1 // C7
#define WITH_AUTOMATION_WORKER 1 // C7

bool IsInGameThread(); // C8
bool IsRunningCommandlet(); // C8
bool IsRunningGame(); // C8
bool IsEngineExitRequested(); // C8
void RequestEngineExit(const TCHAR* ReasonString); // C8
extern bool GIsEditor; // C8
extern double GStartTime; // C8
extern uint64 GFrameCounter; // C8
