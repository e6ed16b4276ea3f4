// FInputChord: keys that are pressed together.

#pragma once

#include "CoreMinimal.h"

struct FInputChord { FInputChord(); }; // S51
enum class EUserInterfaceActionType : uint8 { None, Button, ToggleButton, RadioButton, Check, CollapsedButton }; // S51
