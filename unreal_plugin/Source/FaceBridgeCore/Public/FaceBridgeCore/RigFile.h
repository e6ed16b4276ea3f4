// Rig files: a rig as JSON, as `facebridge export --rig` writes it, and its way onto a character that was imported.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Rig.h"

#include <cstddef>
#include <string>
#include <vector>

namespace facebridge {

inline constexpr std::size_t kRigBytes = 8 << 20;

// A rig in the names, axes and units of the file that the character was imported from. All bone targets are in the axes
// of the whole character, and `bones` says where they rest there.
struct RigFile {
    std::string character;
    std::string version;
    std::string schema_hash;
    std::vector<RigBinding> bindings;
    std::vector<RigBone> bones;             // without parents
    std::vector<std::string> baked;         // parameters that the file holds in pictures and cannot move
    std::vector<std::string> expressions;   // morph targets that are not a parameter's
};

// From a file's bytes; false, with a sentence that begins with what the file is `called`. Never throws.
FACEBRIDGECORE_API bool read_rig_file(const Bytes& file, const std::string& called, RigFile& rig, std::string& problem);

// The whole file; false, with a sentence, for names that are not UTF-8 or numbers that are not finite. Never throws.
FACEBRIDGECORE_API bool write_rig_file(const RigFile& rig, Bytes& file, std::string& problem);

// The rig in the names of an imported character. Axes and units are found by laying the file's bones at rest over the
// inventory's: no importer's convention is believed. Parameters that the file binds to nothing there are matched by
// name, as `match_rig` does. False, with a sentence, when the file belongs to another schema.
FACEBRIDGECORE_API bool bind_rig(const RigFile& file, const Schema& schema, const RigInventory& inventory, Rig& rig,
                                 RigReport& report, std::string& problem);

}  // namespace facebridge
