// Cast and CastChecked, under the header's own name.

#pragma once

#include "UObject/Object.h"
