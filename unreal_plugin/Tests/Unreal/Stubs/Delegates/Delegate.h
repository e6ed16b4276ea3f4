// TDelegate and TMulticastDelegate with their signature as their type: a function that does not fit it does not bind.

#pragma once

#include "CoreTypes.h"
#include "Delegates/IDelegateInstance.h"
#include "Templates/SharedPointer.h"
#include "UObject/NameTypes.h"

class UObject; // C51
template <typename T> concept CStubObject = std::is_base_of_v<UObject, std::remove_cv_t<T>>; // C51
// Payload arguments given to Create and Bind follow the call's own.
template <typename F, typename TRet, typename... TArgs> concept CStubFits = std::is_invocable_r_v<TRet, F, TArgs...>; // C51
// What CreateSP and AddSP take as `this` can make a weak pointer to itself.
template <typename T> concept CStubShared = requires(T& Object) { Object.AsShared(); }; // C51

template <typename TSignature> class TDelegate; // C52
template <typename TRet, typename... TArgs> class TDelegate<TRet(TArgs...)> // C52
{
public:
	TDelegate(); // C52
	TDelegate(std::nullptr_t); // C52
	template <typename F, typename... TVars> requires CStubFits<F&, TRet, TArgs..., TVars...> static TDelegate CreateLambda(F&& Functor, TVars... Vars); // C53
	template <CStubObject U, typename F, typename... TVars> requires CStubFits<F&, TRet, TArgs..., TVars...> static TDelegate CreateWeakLambda(U* Object, F&& Functor, TVars... Vars); // C53
	template <typename U, typename F, typename... TVars> requires CStubFits<F&, TRet, TArgs..., TVars...> static TDelegate CreateSPLambda(U* Object, F&& Functor, TVars... Vars); // C53
	template <typename F, typename... TVars> requires CStubFits<F*, TRet, TArgs..., TVars...> static TDelegate CreateStatic(F* Function, TVars... Vars); // C54
	template <typename U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> static TDelegate CreateRaw(U* Object, M Method, TVars... Vars); // C54
	template <CStubShared U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> static TDelegate CreateSP(U* Object, M Method, TVars... Vars); // C54
	template <typename U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> static TDelegate CreateSP(const TSharedRef<U>& Object, M Method, TVars... Vars); // C54
	template <CStubObject U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> static TDelegate CreateUObject(U* Object, M Method, TVars... Vars); // C54
	template <CStubObject U> static TDelegate CreateUFunction(U* Object, FName Function); // C54
	template <typename F, typename... TVars> requires CStubFits<F&, TRet, TArgs..., TVars...> void BindLambda(F&& Functor, TVars... Vars); // C55
	template <CStubObject U, typename F, typename... TVars> requires CStubFits<F&, TRet, TArgs..., TVars...> void BindWeakLambda(U* Object, F&& Functor, TVars... Vars); // C55
	template <typename F, typename... TVars> requires CStubFits<F*, TRet, TArgs..., TVars...> void BindStatic(F* Function, TVars... Vars); // C55
	template <typename U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> void BindRaw(U* Object, M Method, TVars... Vars); // C55
	template <CStubShared U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> void BindSP(U* Object, M Method, TVars... Vars); // C55
	template <typename U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> void BindSP(const TSharedRef<U>& Object, M Method, TVars... Vars); // C55
	template <CStubObject U, typename M, typename... TVars> requires CStubFits<M, TRet, U*, TArgs..., TVars...> void BindUObject(U* Object, M Method, TVars... Vars); // C55
	void Unbind(); // C55
	bool IsBound() const; // C56
	TRet Execute(TArgs... Args) const; // C56
	bool ExecuteIfBound(TArgs... Args) const requires std::is_void_v<TRet>; // C56
};

template <typename TSignature> class TMulticastDelegate; // C57
template <typename... TArgs> class TMulticastDelegate<void(TArgs...)> // C57
{
public:
	using FDelegate = TDelegate<void(TArgs...)>; // C57
	FDelegateHandle Add(const FDelegate& Delegate); // C57
	template <typename F, typename... TVars> requires CStubFits<F&, void, TArgs..., TVars...> FDelegateHandle AddLambda(F&& Functor, TVars... Vars); // C58
	template <CStubObject U, typename F, typename... TVars> requires CStubFits<F&, void, TArgs..., TVars...> FDelegateHandle AddWeakLambda(U* Object, F&& Functor, TVars... Vars); // C58
	template <typename F, typename... TVars> requires CStubFits<F*, void, TArgs..., TVars...> FDelegateHandle AddStatic(F* Function, TVars... Vars); // C58
	template <typename U, typename M, typename... TVars> requires CStubFits<M, void, U*, TArgs..., TVars...> FDelegateHandle AddRaw(U* Object, M Method, TVars... Vars); // C58
	template <CStubShared U, typename M, typename... TVars> requires CStubFits<M, void, U*, TArgs..., TVars...> FDelegateHandle AddSP(U* Object, M Method, TVars... Vars); // C58
	template <typename U, typename M, typename... TVars> requires CStubFits<M, void, U*, TArgs..., TVars...> FDelegateHandle AddSP(const TSharedRef<U>& Object, M Method, TVars... Vars); // C58
	template <CStubObject U, typename M, typename... TVars> requires CStubFits<M, void, U*, TArgs..., TVars...> FDelegateHandle AddUObject(U* Object, M Method, TVars... Vars); // C58
	bool Remove(FDelegateHandle Handle); // C57
	int32 RemoveAll(const void* UserObject); // C57
	bool IsBound() const; // C57
	void Clear(); // C57
	void Broadcast(TArgs... Args) const; // C57
};
template <typename TSignature> using TTSDelegate = TDelegate<TSignature>; // C52

using FSimpleDelegate = TDelegate<void()>; // C59
using FSimpleMulticastDelegate = TMulticastDelegate<void()>; // C59
