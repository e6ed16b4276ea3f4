// FInputChord: keys that are pressed together.

#pragma once

#include "CoreMinimal.h"

struct FInputChord { FInputChord(); }; // S51
