// FUICommandInfo: what a command is called and how it is shown.

#pragma once

#include "Framework/Commands/InputChord.h"

enum class EUserInterfaceActionType : uint8 { None, Button, ToggleButton, RadioButton, Check, CollapsedButton }; // S51
class FUICommandInfo {}; // S51
