// The macros that name delegate types: plain, with a result, to many listeners, and the reflected ones for Blueprint.

#pragma once

#include "Delegates/Delegate.h"

#define DECLARE_DELEGATE(Name) using Name = TDelegate<void()> // C59
#define DECLARE_DELEGATE_OneParam(Name, A) using Name = TDelegate<void(A)> // C59
#define DECLARE_DELEGATE_TwoParams(Name, A, B) using Name = TDelegate<void(A, B)> // C59
#define DECLARE_DELEGATE_ThreeParams(Name, A, B, C) using Name = TDelegate<void(A, B, C)> // C59
#define DECLARE_DELEGATE_FourParams(Name, A, B, C, D) using Name = TDelegate<void(A, B, C, D)> // C59
#define DECLARE_DELEGATE_RetVal(Ret, Name) using Name = TDelegate<Ret()> // C59
#define DECLARE_DELEGATE_RetVal_OneParam(Ret, Name, A) using Name = TDelegate<Ret(A)> // C59
#define DECLARE_DELEGATE_RetVal_TwoParams(Ret, Name, A, B) using Name = TDelegate<Ret(A, B)> // C59
#define DECLARE_MULTICAST_DELEGATE(Name) using Name = TMulticastDelegate<void()> // C59
#define DECLARE_MULTICAST_DELEGATE_OneParam(Name, A) using Name = TMulticastDelegate<void(A)> // C59
#define DECLARE_MULTICAST_DELEGATE_TwoParams(Name, A, B) using Name = TMulticastDelegate<void(A, B)> // C59
#define DECLARE_MULTICAST_DELEGATE_ThreeParams(Name, A, B, C) using Name = TMulticastDelegate<void(A, B, C)> // C59

// A reflected delegate binds member functions of UObjects through AddDynamic, which checks the signature by its type.
template <typename... TArgs> class TStubDynamicMulticast // C60
{
public:
	template <CStubObject U> void __Internal_AddDynamic(U* Object, void (U::*Method)(TArgs...), FName Function); // C60
	template <CStubObject U> void __Internal_RemoveDynamic(U* Object, void (U::*Method)(TArgs...), FName Function); // C60
	void RemoveAll(const UObject* Object); // C60
	void Clear(); // C60
	bool IsBound() const; // C60
	void Broadcast(TArgs... Args) const; // C60
};
#define AddDynamic(Object, Method) __Internal_AddDynamic(Object, Method, FName(TEXT(#Method))) // C60
#define RemoveDynamic(Object, Method) __Internal_RemoveDynamic(Object, Method, FName(TEXT(#Method))) // C60
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE(Name) class Name : public TStubDynamicMulticast<> {} // C60
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, A, NameA) class Name : public TStubDynamicMulticast<A> {} // C60
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, A, NameA, B, NameB) class Name : public TStubDynamicMulticast<A, B> {} // C60
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_ThreeParams(Name, A, NameA, B, NameB, C, NameC) class Name : public TStubDynamicMulticast<A, B, C> {} // C60
