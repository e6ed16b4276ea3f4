// A photo, or several of one person, as it is sent: its bytes and their digest, which a thread of its own computes.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Fields.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace facebridge {

// The bytes of one image file, or of several of one person.
using Photos = std::vector<Bytes>;

// Cheap to copy. Making one does not wait for the digest: a large photo would hold up a frame of an editor.
class FACEBRIDGECORE_API Photo {
public:
    Photo() = default;
    Photo(Bytes file);              // NOLINT: a file is a photo
    Photo(const Photos& files);     // NOLINT: and so are several
    const Bytes& bytes() const;     // one after another
    const std::vector<std::int64_t>& lengths() const;  // of each of several; empty for one
    const std::string& digest() const;                 // SHA-256 of the bytes in hexadecimal; waits for it if it must
    std::size_t count() const;                         // of files, also of empty ones
    bool has_empty() const;                            // whether a file holds nothing
    Photo part(std::size_t number) const;              // one of several

private:
    struct Data;
    std::shared_ptr<const Data> data_;
};

}  // namespace facebridge
