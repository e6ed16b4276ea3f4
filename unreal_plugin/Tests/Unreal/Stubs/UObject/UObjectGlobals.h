// The same declarations as "UObject/Object.h", under the name by which "UObject/UObjectGlobals.h" is included.

#pragma once

#include "UObject/Object.h"
bool IsAsyncLoading(); // R38
