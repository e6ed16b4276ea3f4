// A connecting side's CURVE keys from the file that `facebridge keys new` writes for it.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Transport.h"

#include <string>

namespace facebridge {

// False, with a sentence, for a file that is not such a one. Never throws.
FACEBRIDGECORE_API bool read_keys(const std::string& path, CurveKeys& keys, std::string& problem);

}  // namespace facebridge
