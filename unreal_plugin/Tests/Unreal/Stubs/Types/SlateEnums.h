// Slate's small enums: alignment, how a text was committed, how something was selected.

#pragma once

#include "CoreMinimal.h"

enum EHorizontalAlignment : int { HAlign_Fill, HAlign_Left, HAlign_Center, HAlign_Right }; // S1
enum EVerticalAlignment : int { VAlign_Fill, VAlign_Top, VAlign_Center, VAlign_Bottom }; // S1
enum EOrientation : int { Orient_Horizontal, Orient_Vertical }; // S1
namespace ETextCommit
{
	enum Type { Default, OnEnter, OnUserMovedFocus, OnCleared }; // S1
}
namespace ESelectInfo
{
	enum Type { OnKeyPress, OnNavigation, OnMouseClick, Direct }; // S1
}
