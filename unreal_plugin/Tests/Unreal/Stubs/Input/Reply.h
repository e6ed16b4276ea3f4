// FReply: whether an event was taken.

#pragma once

#include "CoreMinimal.h"

class FReply // S5
{
public:
	static FReply Handled(); // S5
	static FReply Unhandled(); // S5
	bool IsEventHandled() const; // S5
};
