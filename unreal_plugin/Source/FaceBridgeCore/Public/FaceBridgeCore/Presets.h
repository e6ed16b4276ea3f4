// Presets: the one JSON form in which a character's parameters and choices are saved and exchanged.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Export.h"

#include <cstddef>
#include <string>

namespace facebridge {

inline constexpr std::size_t kPresetBytes = 4 << 20;

// A character as it is saved: its values, what it is called, what is locked, and what someone wrote about it.
struct Preset {
    Character character;
    std::string name;
    Locks locked;
    std::string notes;
    std::string rest;  // a JSON object of fields that are not a preset's own, saved again as they were; "" for none
};

// A whole file, byte for byte as the command line writes it. False, with a sentence, for values that do not suit the
// schema. Never throws.
FACEBRIDGECORE_API bool write_preset(const Schema& schema, const Preset& preset, Bytes& file, std::string& problem);

// A preset from a file's bytes; false, with a sentence that begins with what the file is `called`. Never throws.
FACEBRIDGECORE_API bool read_preset(const Bytes& file, const Schema& schema, const std::string& called, Preset& preset,
                                    std::string& problem);

}  // namespace facebridge
