// TFuture and TPromise.

#pragma once

#include "CoreTypes.h"
#include "Misc/Timespan.h"

template <typename T> class TFuture // C102
{
public:
	TFuture(); // C102
	TFuture(TFuture&&); // C102
	TFuture& operator=(TFuture&&); // C102
	bool IsReady() const; // C102
	bool IsValid() const; // C102
	void Wait() const; // C102
	bool WaitFor(const FTimespan& Duration) const; // C102
	T Get(); // C102
	T Consume(); // C102
};
template <typename T> class TPromise // C102
{
public:
	TPromise(); // C102
	TPromise(TPromise&&); // C102
	TFuture<T> GetFuture(); // C102
	template <typename... TArgs> void SetValue(TArgs&&... Result); // C102
};
