// TFunction, TUniqueFunction and TFunctionRef: what is assigned must be callable with exactly these arguments.

#pragma once

#include "CoreTypes.h"

template <typename TSignature> class TFunction; // C16
template <typename TRet, typename... TArgs> class TFunction<TRet(TArgs...)> // C16
{
public:
	TFunction(std::nullptr_t = nullptr); // C16
	template <typename F> requires (std::is_invocable_r_v<TRet, F&, TArgs...> && std::is_copy_constructible_v<std::decay_t<F>> && !std::is_same_v<std::decay_t<F>, TFunction>) TFunction(F&& Functor); // C16
	TRet operator()(TArgs... Args) const; // C16
	explicit operator bool() const; // C16
	bool IsSet() const; // C16
	void Reset(); // C16
};
template <typename TSignature> class TUniqueFunction; // C17
template <typename TRet, typename... TArgs> class TUniqueFunction<TRet(TArgs...)> // C17
{
public:
	TUniqueFunction(std::nullptr_t = nullptr); // C17
	template <typename F> requires (std::is_invocable_r_v<TRet, F&, TArgs...> && !std::is_same_v<std::decay_t<F>, TUniqueFunction>) TUniqueFunction(F&& Functor); // C17
	TUniqueFunction(TUniqueFunction&&); // C17
	TUniqueFunction& operator=(TUniqueFunction&&); // C17
	TRet operator()(TArgs... Args) const; // C17
	explicit operator bool() const; // C17
	bool IsSet() const; // C17
	void Reset(); // C17
};
template <typename TSignature> class TFunctionRef; // C16
template <typename TRet, typename... TArgs> class TFunctionRef<TRet(TArgs...)> // C16
{
public:
	template <typename F> requires std::is_invocable_r_v<TRet, F&, TArgs...> TFunctionRef(F&& Functor); // C16
	TRet operator()(TArgs... Args) const; // C16
};
