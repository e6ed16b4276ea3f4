// The state of a check box, and the styles that are chosen by name.

#pragma once

#include "Styling/SlateBrush.h"

enum class ECheckBoxState : uint8 { Unchecked, Checked, Undetermined }; // S13
struct FButtonStyle; // S14
struct FCheckBoxStyle; // S14
struct FTextBlockStyle; // S14
