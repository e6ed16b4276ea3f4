// SHA-256, by which schemas and photos are told apart.

#pragma once

#include "FaceBridgeCore/Export.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace facebridge {

// The digest of the bytes as 64 lowercase hex digits.
FACEBRIDGECORE_API std::string sha256(const std::uint8_t* data, std::size_t size);

}  // namespace facebridge
