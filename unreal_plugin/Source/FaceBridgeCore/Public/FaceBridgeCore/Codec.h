// Messages to ZeroMQ parts and back, with the limits and refusals of docs/protocol.md.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Messages.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace facebridge {

using Parts = std::vector<Bytes>;

// A received part; the bytes are not owned and must outlive the call.
struct PartView {
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
};

// Why a message is not understood. `code` is "malformed", "unknown-kind" or "protocol"; `request_id` is the request
// that it belongs to, 0 if none could be read; `theirs` is the version of a refused greeting.
struct Refusal {
    std::string code;
    std::string words;
    std::int64_t request_id = 0;
    std::vector<std::int64_t> theirs;
};

// The parts of a message, header first. False, with a sentence in `problem`, for values that the wire cannot carry.
// Never throws.
FACEBRIDGECORE_API bool encode(const Message& message, Parts& parts, std::string& problem);

// The message in these parts. False, with the reason, for anything that docs/protocol.md does not allow. Never throws,
// whatever the bytes are.
FACEBRIDGECORE_API bool decode(const PartView* parts, std::size_t count, Message& message, Refusal& refusal);
FACEBRIDGECORE_API bool decode(const Parts& parts, Message& message, Refusal& refusal);

// The name of a message's kind on the wire.
FACEBRIDGECORE_API std::string_view kind_of(const Message& message);

}  // namespace facebridge
