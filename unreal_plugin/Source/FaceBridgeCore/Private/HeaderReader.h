// Reads the values of a message's header: every bound is checked before the bytes behind it are believed.

#pragma once

#include "FaceBridgeCore/Messages.h"

#include "Msgpack.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facebridge {

// Thrown by what reads a message, and caught by `decode`; nothing else sees it.
struct Malformed {
    std::string words;
};

inline std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

inline std::string_view view(const msgpack::object& text) { return {text.via.str.ptr, text.via.str.size}; }

// No extension, no key twice, no key that is neither text nor bytes, and all text UTF-8, however deep. Throws Malformed.
void check_tree(const msgpack::object& object);

// A map's value by its name, or nullptr.
const msgpack::object* find(const msgpack::object& map, std::string_view name);

// The value as a field of that type; false for another type, or beyond the limits of the protocol.
bool read(const msgpack::object& object, std::int64_t& into);
bool read(const msgpack::object& object, double& into);
bool read(const msgpack::object& object, bool& into);
bool read(const msgpack::object& object, std::string& into);
bool read(const msgpack::object& object, NamedFloats& into);

template <class Value>
bool read(const msgpack::object& object, std::vector<Value>& into) {
    if (object.type != msgpack::type::ARRAY || object.via.array.size > limits::kItems) {
        return false;
    }
    into.assign(object.via.array.size, Value{});
    for (std::uint32_t index = 0; index < object.via.array.size; ++index) {
        if (!read(object.via.array.ptr[index], into[index])) {
            return false;
        }
    }
    return true;
}

// The versions of a greeting, as any version of the protocol may write them; false when it is no list of two integers.
bool read_version(const msgpack::object* value, std::vector<std::int64_t>& version);

}  // namespace facebridge
