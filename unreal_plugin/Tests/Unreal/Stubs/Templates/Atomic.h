// TAtomic: the engine's older atomic; std::atomic is what new code uses.

#pragma once

#include "CoreTypes.h"

template <typename T> class TAtomic // C108
{
public:
	TAtomic(); // C108
	TAtomic(T Value); // C108
	TAtomic(const TAtomic&) = delete; // C108
	operator T() const; // C108
	T operator=(T Value); // C108
	T Load() const; // C108
	void Store(T Value); // C108
	T Exchange(T Value); // C108
	bool CompareExchange(T& Expected, T Value); // C108
	T operator++(); // C108
	T operator--(); // C108
};
