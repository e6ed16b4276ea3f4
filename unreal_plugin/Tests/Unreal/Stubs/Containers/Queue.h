// TQueue: one reader; one writer (Spsc) or several (Mpsc).

#pragma once

#include "CoreTypes.h"

enum class EQueueMode { Mpsc, Spsc, SingleThreaded }; // C27
template <typename T, EQueueMode Mode = EQueueMode::Spsc> class TQueue // C27
{
public:
	TQueue(); // C27
	TQueue(const TQueue&) = delete; // C27
	bool Enqueue(const T& Item); // C27
	bool Enqueue(T&& Item); // C27
	bool Dequeue(T& OutItem); // C27
	bool Peek(T& OutItem) const; // C27
	bool Pop(); // C27
	void Empty(); // C27
	bool IsEmpty() const; // C27
};
