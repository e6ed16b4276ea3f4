// TActorIterator: the actors of a class in a world.

#pragma once

#include "Engine/World.h"

template <typename T> class TActorIterator // R34
{
public:
	explicit TActorIterator(const UWorld* InWorld); // R34
	explicit operator bool() const; // R34
	void operator++(); // R34
	T* operator*() const; // R34
	T* operator->() const; // R34
};
