// Whole files by paths in UTF-8, on every system: read with a limit, written so that a crash leaves no half of one.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Fields.h"

#include <cstddef>
#include <string>

namespace facebridge {

// False, with a sentence, for a file that cannot be read or has more than `most` bytes. Never throws.
FACEBRIDGECORE_API bool read_file(const std::string& path, std::size_t most, Bytes& bytes, std::string& problem);

// Writes beside the path and then takes its place. False, with a sentence. Never throws.
FACEBRIDGECORE_API bool write_file(const std::string& path, const Bytes& bytes, std::string& problem);

// Whether the system says that other users may read it; never on Windows, which keeps access lists instead.
FACEBRIDGECORE_API bool is_open_to_others(const std::string& path);

// The last part of a path.
FACEBRIDGECORE_API std::string file_name(const std::string& path);

}  // namespace facebridge
