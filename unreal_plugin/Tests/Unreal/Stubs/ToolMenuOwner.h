// FToolMenuOwner: who is taken out of the menus at once.

#pragma once

#include "CoreMinimal.h"

struct FToolMenuOwner // S53
{
	FToolMenuOwner(); // S53
	FToolMenuOwner(void* Owner); // S53
};
