// The engine's own names for moving, swapping and scoped values.

#pragma once

#include "CoreTypes.h"

template <typename T> std::remove_reference_t<T>&& MoveTemp(T&& Value) // C13
{
	static_assert(std::is_lvalue_reference_v<T>, "MoveTemp called on an rvalue"); // C13
	static_assert(!std::is_const_v<std::remove_reference_t<T>>, "MoveTemp called on a const object"); // C13
	return static_cast<std::remove_reference_t<T>&&>(Value); // C13
}
template <typename T> std::remove_reference_t<T>&& MoveTempIfPossible(T&& Value); // C13
template <typename T> T&& Forward(std::remove_reference_t<T>& Value); // C13
template <typename T> T&& Forward(std::remove_reference_t<T>&& Value); // C13
template <typename T> T CopyTemp(T& Value); // C13
template <typename T> void Swap(T& A, T& B); // C13
template <typename T, typename U> T Exchange(T& Value, U&& New); // C13
template <typename T> struct TGuardValue { TGuardValue(T& Reference, const T& New); UE_NONCOPYABLE(TGuardValue) }; // C13
template <typename T> TGuardValue(T&, const T&) -> TGuardValue<T>; // C13
template <typename T> struct TNumericLimits { static constexpr T Min(); static constexpr T Max(); static constexpr T Lowest(); }; // C13
template <typename T> T* AddressOf(T& Value); // C13
template <typename T> const std::remove_reference_t<T>& AsConst(T&& Value); // C13

template <typename T, typename U> struct TPair // C14
{
	T Key; // C14
	U Value; // C14
	TPair() = default; // C14
	template <typename A, typename B> TPair(A&& InKey, B&& InValue) : Key(static_cast<A&&>(InKey)), Value(static_cast<B&&>(InValue)) {} // C14
};
template <typename T> uint32 GetTypeHash(const T& Value); // C14
template <typename... T> struct TTuple; // C14
