// ENGINE_MAJOR_VERSION and ENGINE_MINOR_VERSION, under the header's own name.

#pragma once

#include "Misc/EngineVersionComparison.h"
