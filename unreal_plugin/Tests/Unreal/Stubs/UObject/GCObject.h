// FGCObject: a plain class that keeps objects alive by naming them to the garbage collector.

#pragma once

#include "UObject/Object.h"

class FReferenceCollector // C95
{
public:
	template <typename T> void AddReferencedObject(TObjectPtr<T>& Object); // C95
	template <typename T> void AddReferencedObjects(TArray<TObjectPtr<T>>& Objects); // C95
};
class FGCObject // C95
{
public:
	FGCObject(); // C95
	virtual ~FGCObject(); // C95
	virtual void AddReferencedObjects(FReferenceCollector& Collector) = 0; // C95
	virtual FString GetReferencerName() const = 0; // C95
};
