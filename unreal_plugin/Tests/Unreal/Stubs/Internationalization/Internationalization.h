// LOCTEXT and its relatives: narrow literals, pasted into TCHAR ones, under a namespace that the file must define.

#pragma once

#include "Internationalization/Text.h"

#define LOCTEXT(Key, Literal) FText::AsLocalizable_Advanced(TEXT(LOCTEXT_NAMESPACE), TEXT(Key), TEXT(Literal)) // C44
#define NSLOCTEXT(Namespace, Key, Literal) FText::AsLocalizable_Advanced(TEXT(Namespace), TEXT(Key), TEXT(Literal)) // C44
#define INVTEXT(Literal) FText::AsCultureInvariant(TEXT(Literal)) // C44
