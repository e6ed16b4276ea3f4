// FTickableGameObject: an object that the engine ticks.

#pragma once

#include "Stats/Stats.h"

enum class ETickableTickType : uint8 { Conditional, Always, Never }; // C127
class FTickableGameObject // C127
{
public:
	virtual ~FTickableGameObject(); // C127
	virtual void Tick(float DeltaTime) = 0; // C127
	virtual TStatId GetStatId() const = 0; // C127
	virtual ETickableTickType GetTickableTickType() const; // C127
	virtual bool IsTickable() const; // C127
	virtual bool IsTickableWhenPaused() const; // C127
	virtual bool IsTickableInEditor() const; // C127
};
