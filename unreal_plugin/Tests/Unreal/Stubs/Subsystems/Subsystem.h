// USubsystem: what the engine creates and ends by itself.

#pragma once

#include "UObject/Object.h"

class FSubsystemCollectionBase // C124
{
public:
	class USubsystem* InitializeDependency(UClass* Class); // C124
	template <typename T> T* InitializeDependency(); // C124
};
class USubsystem : public UObject // C124
{
	STUB_CLASS_BODY(USubsystem, UObject) // C124
	virtual bool ShouldCreateSubsystem(UObject* Outer) const; // C124
	virtual void Initialize(FSubsystemCollectionBase& Collection); // C124
	virtual void Deinitialize(); // C124
};
class UDynamicSubsystem : public USubsystem { STUB_CLASS_BODY(UDynamicSubsystem, USubsystem) }; // C124
