// The same declarations as "UObject/Object.h", under the name by which "UObject/Class.h" is included.

#pragma once

#include "UObject/Object.h"
