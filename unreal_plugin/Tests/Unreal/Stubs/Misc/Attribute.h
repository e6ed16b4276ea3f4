// TAttribute: a value, or a function of this type that gives it each time; what Slate's arguments are made of.

#pragma once

#include "Delegates/Delegate.h"

template <typename T> class TAttribute // C61
{
public:
	using FGetter = TDelegate<T()>; // C61
	TAttribute(); // C61
	template <typename U> requires std::is_convertible_v<U, T> TAttribute(const U& Value); // C61
	template <typename F> requires (std::is_invocable_r_v<T, F&> && !std::is_convertible_v<F, T>) static TAttribute CreateLambda(F&& Functor); // C61
	template <CStubShared U, typename M, typename... TVars> requires CStubFits<M, T, const U*, TVars...> static TAttribute CreateSP(const U* Object, M Method, TVars... Vars); // C61
	template <CStubShared U, typename M, typename... TVars> requires CStubFits<M, T, U*, TVars...> static TAttribute CreateSP(U* Object, M Method, TVars... Vars); // C61
	template <typename U, typename M> requires CStubFits<M, T, U*> static TAttribute CreateRaw(U* Object, M Method); // C61
	static TAttribute Create(const FGetter& Getter); // C61
	const T& Get() const; // C61
	const T& Get(const T& Default) const; // C61
	void Set(const T& Value); // C61
	bool IsSet() const; // C61
	bool IsBound() const; // C61
	void Bind(const FGetter& Getter); // C61
	template <typename F> requires std::is_invocable_r_v<T, F&> static TAttribute CreateFunction(F&& Functor); // C61
};
