// FTSTicker: a function called on the game thread each frame, for as long as it returns true.

#pragma once

#include "Delegates/DelegateCombinations.h"
#include "Templates/Function.h"

using FTickerDelegate = TDelegate<bool(float)>; // C100
class FTSTicker // C100
{
public:
	struct FDelegateHandle // C100
	{
		bool IsValid() const; // C100
		void Reset(); // C100
	};
	static FTSTicker& GetCoreTicker(); // C100
	FDelegateHandle AddTicker(const FTickerDelegate& Delegate, float Delay = 0.0f); // C100
	FDelegateHandle AddTicker(const TCHAR* Name, float Delay, TFunction<bool(float)> Function); // C100
	static void RemoveTicker(FDelegateHandle Handle); // C100
	void Tick(float DeltaTime); // C100
};
